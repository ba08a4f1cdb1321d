using System.Text;
using System.Text.RegularExpressions;

namespace AtpKeyserver.Client;

/// <summary>Validates the AT-URI of a record. <see href="https://atproto.com/specs/at-uri-scheme"/></summary>
internal static partial class AtUri
{
    /// <summary>In characters, which are ASCII.
    /// <see href="https://atproto.com/specs/at-uri-scheme#restricted-at-uri-syntax"/></summary>
    internal const int MaxLength = 8 << 10;

    /// <summary>In characters. <see href="https://atproto.com/specs/did#at-protocol-did-identifier-syntax"/></summary>
    internal const int MaxDidLength = 2 << 10;

    /// <summary>In characters; also of an NSID's domain.
    /// <see href="https://atproto.com/specs/handle#handle-identifier-syntax"/></summary>
    internal const int MaxHandleLength = 253;

    private const string Scheme = "at://";

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// For decryption: requires <c>at://{account}/{collection}/{record key}</c> with no part empty. Other clients may
    /// have bound content to URIs that the specification does not allow, so nothing else is checked or normalized.
    /// </summary>
    /// <exception cref="ArgumentException">It is not such a URI.</exception>
    public static void Require(string atUri)
    {
        ArgumentNullException.ThrowIfNull(atUri);
        if (!HasRecord(atUri))
            throw NoRecord(atUri);
        // Throws on an unpaired surrogate, which has no UTF-8 form.
        Utf8.GetByteCount(atUri);
    }

    /// <summary>For encryption: requires a URI that the specification allows for a record.</summary>
    /// <exception cref="ArgumentException">It is not such a URI.</exception>
    public static void RequireValid(string atUri)
    {
        ArgumentNullException.ThrowIfNull(atUri);
        if (!IsValid(atUri))
            throw NoRecord(atUri);
    }

    internal static bool IsValid(string atUri)
    {
        if (atUri.Length > MaxLength || !atUri.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        return atUri[Scheme.Length..].Split('/') is [var account, var collection, var key]
            && (IsDid(account) || IsHandle(account)) && IsNsid(collection) && IsRecordKey(key);
    }

    private static bool IsDid(string text) => text.Length <= MaxDidLength && DidPattern.IsMatch(text);

    private static bool IsHandle(string text) => text.Length <= MaxHandleLength && HandlePattern.IsMatch(text);

    private static bool IsNsid(string text) => text.LastIndexOf('.') <= MaxHandleLength && NsidPattern.IsMatch(text);

    private static bool IsRecordKey(string text) => text is not ("." or "..") && RecordKeyPattern.IsMatch(text);

    private static ArgumentException NoRecord(string atUri) => new(
        $"'{atUri}' is not the AT-URI of a record: at://{{account}}/{{collection}}/{{record key}}.", nameof(atUri));

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

    // https://atproto.com/specs/did: "%" and ":" cannot be the last character.
    [GeneratedRegex(@"^did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]\z", RegexOptions.CultureInvariant)]
    private static partial Regex DidPattern { get; }

    // https://atproto.com/specs/handle: a domain of at least two labels; the last does not start with a digit.
    [GeneratedRegex(
        @"^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex HandlePattern { get; }

    // https://atproto.com/specs/nsid: a reversed domain, then a name that does not start with a digit and has no
    // hyphens.
    [GeneratedRegex(
        @"^[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
        + @"\.[A-Za-z][A-Za-z0-9]{0,62}\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex NsidPattern { get; }

    // https://atproto.com/specs/record-key
    [GeneratedRegex(@"^[A-Za-z0-9._:~-]{1,512}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RecordKeyPattern { get; }
}
