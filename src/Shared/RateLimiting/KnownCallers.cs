using System.Runtime.CompilerServices;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// DIDs that a token has proved to be a caller's. Lookups of their documents have slots of their own and cost no budget
/// (decision 24), so that strangers who use up the other slots lock nobody out who was here before. A DID has that once
/// in <see cref="Between"/>: hosts that never answer cannot keep these slots, whoever has proved to own them.
/// </summary>
internal sealed class KnownCallers(WebDomains domains)
{
    /// <summary>How many did:web accounts of one domain are known: nobody can displace all others with a domain.</summary>
    public const int MaxOfDomain = 500;

    /// <summary>As many as there are DID documents in memory (<c>DidResolver.MaxDids</c>); some 5 MB.</summary>
    public const int Max = 50_000;

    /// <summary>10 min: a document that is renewed each hour never meets it.</summary>
    public static readonly TimeSpan Between = TimeSpan.FromMinutes(10);

    private readonly BoundedCache<Did, Caller> _callers = new(Max);
    private readonly BoundedCache<string, StrongBox<int>> _ofDomains = new(Max);

    /// <summary>Adds a DID whose token was verified.</summary>
    /// <returns>False if it was known before, or its domain has <see cref="MaxOfDomain"/> known accounts.</returns>
    public bool Add(Did did)
    {
        if (_callers.Find(did) is not null || !HasRoom(did))
            return false;
        _callers.Set(did, new Caller());
        return true;
    }

    public bool Contains(Did did) => _callers.Find(did) is not null;

    /// <summary>
    /// Whether the DID may have a reserved slot now; then the next one is <see cref="Between"/> away.
    /// </summary>
    public bool TryTakeTurn(Did did, DateTimeOffset now)
    {
        if (_callers.Find(did) is not { } caller)
            return false;
        lock (caller)
        {
            // A clock that was set back counts as time passed.
            if (caller.TurnAt is { } last && now >= last && now - last < Between)
                return false;
            caller.TurnAt = now;
            return true;
        }
    }

    /// <summary>The turn was not used.</summary>
    public void ReturnTurn(Did did)
    {
        if (_callers.Find(did) is not { } caller)
            return;
        lock (caller)
            caller.TurnAt = null;
    }

    private bool HasRoom(Did did)
    {
        var domain = domains.Of(did);
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
        public DateTimeOffset? TurnAt { get; set; }
    }
}
