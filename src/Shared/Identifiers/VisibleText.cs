using System.Globalization;
using System.Text;

namespace AtpKeyserver.Identifiers;

/// <summary>
/// Text from a client, for the access log: no control characters, no marks that reverse or hide text, nothing
/// unassigned.
/// </summary>
public static class VisibleText
{
    /// <param name="text">What the client sent.</param>
    /// <param name="maxLength">UTF-16 code units that are kept.</param>
    /// <returns>Null if nothing is left.</returns>
    public static string? Of(string? text, int maxLength)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var kept = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHidden(Rune.GetUnicodeCategory(rune)))
                continue;
            if (kept.Length + rune.Utf16SequenceLength > maxLength)
                break;
            kept.Append(rune);
        }

        return kept.Length > 0 ? kept.ToString() : null;
    }

    private static bool IsHidden(UnicodeCategory category) => category
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
