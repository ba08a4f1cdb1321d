using System.Collections.Frozen;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// The domain that a did:web belongs to. Whoever has one can make as many hosts in it as he likes, so all accounts of a
/// domain share budgets. It is the last two labels of the host, and three under <c>co.uk</c> and the like; below a shared
/// host, which gives names to strangers, it is one label more than the shared host has.
/// </summary>
internal sealed class WebDomains(IEnumerable<string> sharedHosts)
{
    /// <summary>Each is compared with every suffix of a host in one look-up of a set: the number costs memory only.</summary>
    public const int MaxSharedHosts = 1000;

    /// <summary>
    /// Second labels under which registries of two-letter top-level domains sell names. A fixed list: by length alone, the
    /// owner of <c>abc.de</c> would have as many domains as he likes.
    /// </summary>
    private static readonly FrozenSet<string> RegistryLabels = FrozenSet.ToFrozenSet(
    [
        "ac", "co", "com", "edu", "gen", "go", "gob", "gov", "gv", "id", "ltd", "mil", "ne", "net", "nom", "or", "org", "plc",
        "sch",
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

    /// <summary>Empty where the host is below no shared host. The longest shared host counts.</summary>
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
