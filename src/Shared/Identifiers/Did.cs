using System.Buffers;

namespace AtpKeyserver.Identifiers;

/// <summary>
/// An account's DID, stored and compared exactly as written: <c>did:plc:</c> and 24 characters of <c>a-z2-7</c>, or
/// <c>did:web:</c> and a host name of at most 253 characters (no port, no path, no reserved top-level domain).
/// <c>did:web:localhost%3A{port}</c> is for development only: see <see cref="IsLocalhost"/>.
/// <see href="https://atproto.com/specs/did"/>
/// </summary>
public readonly record struct Did
{
    /// <summary>Characters: <c>did:web:</c> and a host name of 253.</summary>
    public const int MaxLength = 8 + 253;

    /// <summary>
    /// Placeholder for an account that was deleted, or that the access log must not name. It does not parse as a DID.
    /// </summary>
    public const string Erased = "did:erased";

    private const string PlcPrefix = "did:plc:";
    private const string WebPrefix = "did:web:";
    private const int PlcIdentifierLength = 24;
    private const string LocalhostWithPort = "localhost%3A";

    private static readonly SearchValues<char> Base32 = SearchValues.Create("abcdefghijklmnopqrstuvwxyz234567");
    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    private Did(string value, DidMethod method)
    {
        Value = value;
        Method = method;
    }

    public string Value { get; }

    public DidMethod Method { get; }

    /// <summary>The host and optional <c>%3A{port}</c> of a did:web, or the 24 characters of a did:plc.</summary>
    public ReadOnlySpan<char> Identifier => Value.AsSpan(PlcPrefix.Length);

    /// <summary><c>did:web:localhost</c> with or without a port; rejected outside development.</summary>
    public bool IsLocalhost =>
        Method == DidMethod.Web
        && (Identifier is "localhost" || Identifier.StartsWith(LocalhostWithPort, StringComparison.Ordinal));

    /// <summary>
    /// Parses a bare did:plc or did:web. Accepts localhost only if <paramref name="allowLocalhost"/> is set.
    /// </summary>
    public static bool TryParse(string? text, bool allowLocalhost, out Did did)
    {
        did = default;
        if (text is null || text.Length > MaxLength)
            return false;
        if (text.StartsWith(PlcPrefix, StringComparison.Ordinal))
        {
            var identifier = text.AsSpan(PlcPrefix.Length);
            if (identifier.Length != PlcIdentifierLength || identifier.ContainsAnyExcept(Base32))
                return false;
            did = new Did(text, DidMethod.Plc);
            return true;
        }

        if (!text.StartsWith(WebPrefix, StringComparison.Ordinal))
            return false;
        var candidate = new Did(text, DidMethod.Web);
        var isValid = candidate.IsLocalhost
            ? allowLocalhost && IsLocalhostWithPort(candidate.Identifier)
            : IsHostName(candidate.Identifier);
        if (!isValid)
            return false;
        did = candidate;
        return true;
    }

    public override string ToString() => Value;

    private static bool IsLocalhostWithPort(ReadOnlySpan<char> identifier)
    {
        if (identifier is "localhost")
            return true;
        var port = identifier[LocalhostWithPort.Length..];
        // ushort.TryParse ignores trailing NULs.
        return port.Length is >= 1 and <= 5
            && port[0] != '0'
            && !port.ContainsAnyExceptInRange('0', '9')
            && ushort.TryParse(port, out _);
    }

    /// <summary>
    /// A lower-case DNS name with at least two labels and no reserved top-level domain. The last label starts with a
    /// letter, which excludes every notation of an IP address (<c>127.0.0.1</c>, <c>127.1</c>, <c>0.0x7f</c>). Punycode
    /// is not decoded.
    /// </summary>
    private static bool IsHostName(ReadOnlySpan<char> host)
    {
        if (host.IsEmpty || host.ContainsAnyExcept(HostCharacters))
            return false;
        var labels = 0;
        var last = host;
        foreach (var range in host.Split('.'))
        {
            last = host[range];
            if (last.Length is 0 or > 63 || last[0] == '-' || last[^1] == '-')
                return false;
            labels++;
        }

        return labels >= 2 && char.IsAsciiLetterLower(last[0]) && !IsReserved(last);
    }

    /// <summary>
    /// Reserved top-level domains. <see href="https://atproto.com/specs/handle#additional-non-syntax-restrictions"/>
    /// </summary>
    private static bool IsReserved(ReadOnlySpan<char> topLevel) => topLevel
        is "alt" or "arpa" or "example" or "internal" or "invalid" or "local" or "localhost" or "onion" or "test";
}
