using AtpKeyserver.Concurrency;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// DIDs that a token has proved to be a caller's. Lookups of their documents have slots of their own and cost no budget
/// (decision 24), so that strangers who use up the other slots lock nobody out who was here before. A DID has that once
/// in <see cref="Between"/>: hosts that never answer cannot keep these slots, whoever has proved to own them.
/// </summary>
internal sealed class KnownCallers
{
    /// <summary>As many as there are DID documents in memory (<c>DidResolver.MaxDids</c>); some 5 MB.</summary>
    public const int Max = 50_000;

    /// <summary>10 min: a document that is renewed each hour never meets it.</summary>
    public static readonly TimeSpan Between = TimeSpan.FromMinutes(10);

    private readonly BoundedCache<Did, Caller> _callers = new(Max);

    /// <summary>Adds a DID whose token was verified.</summary>
    public void Add(Did did)
    {
        if (_callers.Find(did) is null)
            _callers.Set(did, new Caller());
    }

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

    private sealed class Caller
    {
        public DateTimeOffset? TurnAt { get; set; }
    }
}
