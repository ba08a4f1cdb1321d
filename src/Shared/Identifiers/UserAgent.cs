namespace AtpKeyserver.Identifiers;

/// <summary>Sanitizes the <c>User-Agent</c> header for the access log. The header can contain any bytes.</summary>
public static class UserAgent
{
    /// <summary>UTF-16 code units; at most 768 bytes in UTF-8, as the lexicon says.</summary>
    public const int MaxLength = 256;

    /// <summary>Visible text only. Bytes that are not UTF-8 have become U+FFFD.</summary>
    /// <returns>Null if nothing is left.</returns>
    public static string? Clean(string? text) => VisibleText.Of(text, MaxLength);
}
