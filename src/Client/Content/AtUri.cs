using System.Text;

namespace AtpKeyserver.Client;

/// <summary>The address of a record. <see href="https://atproto.com/specs/at-uri-scheme"/></summary>
internal static class AtUri
{
    private const string Scheme = "at://";

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// <c>at://{account}/{collection}/{record key}</c>: content is bound to all of it, so a shorter one would bind to less. It is taken to
    /// the letter.
    /// </summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void Require(string atUri)
    {
        ArgumentNullException.ThrowIfNull(atUri);
        if (!HasRecord(atUri))
            throw new ArgumentException(
                $"'{atUri}' is not the AT-URI of a record: at://{{account}}/{{collection}}/{{record key}}.", nameof(atUri));
        // Throws where there is no UTF-8: half a surrogate pair.
        Utf8.GetByteCount(atUri);
    }

    private static bool HasRecord(string atUri)
    {
        if (!atUri.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        var parts = 0;
        foreach (var range in atUri.AsSpan(Scheme.Length).Split('/'))
        {
            if (range.Start.Value == range.End.Value)
                return false;
            parts++;
        }

        return parts >= 3;
    }
}
