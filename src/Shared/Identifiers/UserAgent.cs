using System.Globalization;
using System.Text;

namespace AtpKeyserver.Identifiers;

/// <summary>What the access log keeps of the header <c>User-Agent</c>, which holds any bytes.</summary>
public static class UserAgent
{
    /// <summary>UTF-16 code units; at most 768 bytes in UTF-8, as the lexicon says.</summary>
    public const int MaxLength = 256;

    /// <summary>
    /// Visible text only: no control characters, no marks that reverse or hide the text of a log, nothing unassigned.
    /// Bytes that are not UTF-8 have become U+FFFD.
    /// </summary>
    /// <returns>Null where nothing is left.</returns>
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
