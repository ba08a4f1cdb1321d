using System.Collections.Frozen;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// The domain of a did:web, whose accounts share budgets because its owner can create any number of hosts. It is the
/// last two labels of the host, or three under registry suffixes such as <c>co.uk</c>. Under a shared host, whose
/// subdomains have different owners, it is the shared host plus one label.
/// </summary>
internal sealed class WebDomains(IEnumerable<string> sharedHosts)
{
    /// <summary>A set lookup per suffix of a host: the size costs memory only.</summary>
    public const int MaxSharedHosts = 1000;

    /// <summary>
    /// Second-level labels of registry suffixes in two-letter top-level domains. A fixed list: a rule by length would
    /// give the owner of <c>abc.de</c> any number of domains.
    /// </summary>
    private static readonly FrozenSet<string> RegistryLabels = FrozenSet.ToFrozenSet(
    [
        "ac", "co", "com", "edu", "gen", "go", "gob", "gov", "gv", "id", "ltd", "mil", "ne", "net", "nom", "or", "org",
        "plc", "sch",
    ]);

    private readonly FrozenSet<string> _sharedHosts = sharedHosts.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The domain of a did:web; empty for a did:plc.</summary>
    public ReadOnlySpan<char> Of(Did did)
    {
        if (did.Method != DidMethod.Web)
            return [];
        var host = did.Identifier;
        if (did.IsLocalhost)
            return host;
        var shared = BelowSharedHost(host);
        return shared.IsEmpty ? Registered(host) : shared;
    }

    /// <summary>Empty if the host is not under a shared host. The longest match wins.</summary>
    private ReadOnlySpan<char> BelowSharedHost(ReadOnlySpan<char> host)
    {
        if (_sharedHosts.Count == 0)
            return [];
        var shared = _sharedHosts.GetAlternateLookup<ReadOnlySpan<char>>();
        var longer = host;
        for (var suffix = host; ; longer = suffix, suffix = suffix[(suffix.IndexOf('.') + 1)..])
        {
            if (shared.Contains(suffix))
                return longer;
            if (!suffix.Contains('.'))
                return [];
        }
    }

    private static ReadOnlySpan<char> Registered(ReadOnlySpan<char> host)
    {
        var topLevel = host.LastIndexOf('.');
        var second = host[..topLevel].LastIndexOf('.');
        if (second < 0)
            return host;
        var isRegistry = host.Length - topLevel - 1 == 2
            && RegistryLabels.GetAlternateLookup<ReadOnlySpan<char>>().Contains(host[(second + 1)..topLevel]);
        return host[((isRegistry ? host[..second].LastIndexOf('.') : second) + 1)..];
    }
}
