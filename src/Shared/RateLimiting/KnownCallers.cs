using System.Runtime.CompilerServices;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// DIDs that have authenticated. Their DID document lookups use reserved slots and cost no address budget (decision
/// 24), so that unauthenticated clients that exhaust the other slots cannot lock them out. Each DID gets a reserved
/// slot once per <see cref="Between"/>, so that unresponsive hosts cannot occupy these slots.
/// </summary>
public sealed class KnownCallers(IOptions<KeyserverOptions> options)
{
    /// <summary>
    /// Known did:web accounts of one domain, so that the owner of a domain cannot displace all others.
    /// </summary>
    public const int MaxOfDomain = 500;

    /// <summary>Equals the DID document cache (<c>DidResolver.MaxDids</c>); about 5 MB.</summary>
    public const int Max = 50_000;

    /// <summary>10 min: hourly document refreshes are not affected.</summary>
    public static readonly TimeSpan Between = TimeSpan.FromMinutes(10);

    private readonly WebDomains _domains = new(options.Value.RateLimits.SharedWebHosts);
    private readonly BoundedCache<Did, Caller> _callers = new(Max);
    private readonly BoundedCache<string, StrongBox<int>> _ofDomains = new(Max);

    /// <summary>Adds a DID with a verified token.</summary>
    /// <returns>False if it is known already, or its domain has <see cref="MaxOfDomain"/> known accounts.</returns>
    public bool Add(Did did)
    {
        if (_callers.Find(did) is not null || !HasRoom(did))
            return false;
        _callers.Set(did, new Caller());
        return true;
    }

    public bool Contains(Did did) => _callers.Find(did) is not null;

    /// <summary>
    /// Whether the DID may use a reserved slot now. If so, the next one is allowed after <see cref="Between"/>.
    /// </summary>
    public bool TryReserve(Did did, DateTimeOffset now)
    {
        if (_callers.Find(did) is not { } caller)
            return false;
        lock (caller)
        {
            // If the clock was set back, allow the slot.
            if (caller.ReservedAt is { } last && now >= last && now - last < Between)
                return false;
            caller.ReservedAt = now;
            return true;
        }
    }

    /// <summary>Returns an unused reservation.</summary>
    public void ReturnReservation(Did did)
    {
        if (_callers.Find(did) is not { } caller)
            return;
        lock (caller)
            caller.ReservedAt = null;
    }

    private bool HasRoom(Did did)
    {
        var domain = _domains.Of(did);
        if (domain.IsEmpty)
            return true;
        var name = domain.ToString();
        var count = _ofDomains.Find(name);
        if (count is null)
            _ofDomains.Set(name, count = new StrongBox<int>());
        return Interlocked.Increment(ref count.Value) <= MaxOfDomain;
    }

    private sealed class Caller
    {
        public DateTimeOffset? ReservedAt { get; set; }
    }
}
