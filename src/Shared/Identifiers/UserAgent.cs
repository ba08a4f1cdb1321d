using System.Globalization;
using System.Text;

namespace AtpKeyserver.Identifiers;

/// <summary>Sanitizes the <c>User-Agent</c> header for the access log. The header can contain any bytes.</summary>
public static class UserAgent
{
    /// <summary>UTF-16 code units; at most 768 bytes in UTF-8, as the lexicon says.</summary>
    public const int MaxLength = 256;

    /// <summary>
    /// Keeps visible text: removes control characters, bidirectional and invisible formatting, private-use and
    /// unassigned characters. Invalid UTF-8 arrives as U+FFFD.
    /// </summary>
    /// <returns>Null if no visible character remains.</returns>
    public static string? Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var kept = new StringBuilder(Math.Min(text.Length, MaxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHidden(Rune.GetUnicodeCategory(rune)))
                continue;
            if (kept.Length + rune.Utf16SequenceLength > MaxLength)
                break;
            kept.Append(rune);
        }

        return kept.Length > 0 ? kept.ToString() : null;
    }

    private static bool IsHidden(UnicodeCategory category) => category
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
