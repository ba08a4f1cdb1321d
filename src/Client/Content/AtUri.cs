using System.Text;
using System.Text.RegularExpressions;

namespace AtpKeyserver.Client;

/// <summary>The address of a record. <see href="https://atproto.com/specs/at-uri-scheme"/></summary>
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
    /// For content that is read: <c>at://{account}/{collection}/{record key}</c>, none of the three empty. Other
    /// clients may have bound their content to more than the specification allows, so nothing else is checked. It is
    /// taken to the letter.
    /// </summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void Require(string atUri)
    {
        ArgumentNullException.ThrowIfNull(atUri);
        if (!HasRecord(atUri))
            throw NoRecord(atUri);
        // Throws where there is no UTF-8: half a surrogate pair.
        Utf8.GetByteCount(atUri);
    }

    /// <summary>For content that is written: an address that a record can have, by the rules of the
    /// specification.</summary>
    /// <exception cref="ArgumentException">No record can have it.</exception>
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

    // https://atproto.com/specs/did: a "%" or ":" is not the last character.
    [GeneratedRegex(@"^did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]\z", RegexOptions.CultureInvariant)]
    private static partial Regex DidPattern { get; }

    // https://atproto.com/specs/handle: a domain of two labels or more; the last does not begin with a digit.
    [GeneratedRegex(
        @"^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex HandlePattern { get; }

    // https://atproto.com/specs/nsid: a domain in reverse, and a name without digits at its start and without hyphens.
    [GeneratedRegex(
        @"^[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
        + @"\.[A-Za-z][A-Za-z0-9]{0,62}\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex NsidPattern { get; }

    // https://atproto.com/specs/record-key
    [GeneratedRegex(@"^[A-Za-z0-9._:~-]{1,512}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RecordKeyPattern { get; }
}
