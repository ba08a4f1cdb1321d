using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Identity;

/// <summary>
/// Answers for DIDs from memory, and from their documents when that is too old (protocol, Identity). A document is
/// fresh for 1 h; a stale one serves only while its source fails, 24 h in all, and never because this server is busy.
/// That there is no such DID, or no document of it, is cached for 10 s, a failure never. Concurrent lookups of one DID
/// are one request. 50,000 DIDs are kept.
/// </summary>
public sealed class DidResolver
{
    public const int MaxDids = 50_000;

    private readonly BoundedCache<Did, ResolvedDid> _known = new(MaxDids);
    private readonly Dictionary<Did, Task<ResolvedDid>> _underWay = [];
    private readonly Lock _gate = new();
    private readonly KnownCallers _callers;
    private readonly DidDocumentFetcher _lookUps;
    private readonly Action<Did, ClientAddress, LookupReason> _takeResolution;
    private readonly TimeProvider _clock;
    private readonly ILogger<DidResolver> _logger;
    private readonly KeyserverMetrics? _metrics;

    /// <param name="takeResolution">Takes one unit of the budgets for this look-up before it goes out, or throws.</param>
    /// <param name="metrics">Null: nobody counts.</param>
    internal DidResolver(
        DidDocumentFetcher lookUps,
        Action<Did, ClientAddress, LookupReason> takeResolution,
        TimeProvider clock,
        ILogger<DidResolver> logger,
        KeyserverMetrics? metrics = null,
        KnownCallers? callers = null)
    {
        _callers = callers ?? new KnownCallers(new WebDomains([]));
        _lookUps = lookUps;
        _takeResolution = takeResolution;
        _clock = clock;
        _logger = logger;
        _metrics = metrics;
    }

    /// <summary>Look-ups that go on or wait for a place.</summary>
    internal int UnderWay
    {
        get
        {
            lock (_gate)
                return _underWay.Count;
        }
    }

    /// <summary>The account's signing key; the same object as long as it is the same key.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.DidNotFound"/>: no such DID, no document of it, or no
    /// usable key in it;
    /// <see cref="ErrorName.UpstreamFailure"/>: cannot be told now; <see cref="ErrorName.RateLimitExceeded"/>.</exception>
    public async ValueTask<AtprotoKey> ResolveKeyAsync(Did did, ClientAddress from, CancellationToken cancellation) =>
        await FindKeyAsync(did, from, cancellation) ?? throw NoUsableKey();

    /// <summary>Whether the DID resolves; a document without a usable key counts.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.UpstreamFailure"/>: cannot be told now;
    /// <see cref="ErrorName.RateLimitExceeded"/>.</exception>
    public async ValueTask<bool> ExistsAsync(Did did, ClientAddress from, CancellationToken cancellation) =>
        (await ResolveAsync(did, from, LookupReason.PublicKey, cancellation)).Exists;

    /// <summary>The key that is in memory and fresh; null if a look-up is needed. Never goes out, never waits.</summary>
    internal AtprotoKey? FreshKey(Did did, DateTimeOffset now) =>
        _known.Find(did) is { } known && known.IsFresh(now) ? known.Key : null;

    /// <summary>
    /// A token has proved that the account calls: from now on its document is renewed in a reserved slot.
    /// </summary>
    internal void AddCaller(Did did) => _callers.Add(did);

    /// <summary>As <see cref="ResolveKeyAsync"/>, but null where the document has no usable key.</summary>
    internal async ValueTask<AtprotoKey?> FindKeyAsync(Did did, ClientAddress from, CancellationToken cancellation) =>
        KeyOf(await ResolveAsync(did, from, LookupReason.Token, cancellation));

    /// <summary>
    /// The key after one more look at the document, because nothing verifies with <paramref name="tried"/>. Anybody can ask for that with a
    /// forged token, so it goes out at most once a minute for one DID, whether or not it succeeds; in between the key in memory is the
    /// answer.
    /// </summary>
    internal async ValueTask<AtprotoKey?> RefreshKeyAsync(Did did, AtprotoKey? tried, ClientAddress from, CancellationToken cancellation)
    {
        Task<ResolvedDid>? lookUp;
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            var known = _known.Find(did);
            if (known is not null && known.IsFresh(now) && (!known.Exists || known.Key != tried))
                return KeyOf(known); // Somebody else has just looked.
            if (!_underWay.TryGetValue(did, out lookUp))
            {
                if (known?.MayBeForced(now) == false)
                    return known.HasForcedFailed ? throw NotRenewed() : tried;
                lookUp = Start(did, from, LookupReason.ChangedKey, forcedAt: now);
                if (known is not null)
                    _known.Set(did, known with { ForcedAt = now, HasForcedFailed = false });
            }
        }

        return KeyOf(await lookUp.WaitAsync(cancellation));
    }

    private static KeyserverException NotRenewed() => KeyserverException.Upstream("The DID document cannot be fetched now");

    internal static KeyserverException NoUsableKey() => new(ErrorName.DidNotFound, "The DID document has no usable #atproto key");

    private static AtprotoKey? KeyOf(ResolvedDid found) =>
        found.Found.Absence is { } why ? throw new KeyserverException(ErrorName.DidNotFound, why) : found.Key;

    private async ValueTask<ResolvedDid> ResolveAsync(
        Did did, ClientAddress from, LookupReason reason, CancellationToken cancellation)
    {
        ResolvedDid? known;
        Task<ResolvedDid>? lookUp;
        var isFresh = (known = _known.Find(did)) is not null && known.IsFresh(_clock.GetUtcNow());
        _metrics?.LookedUp("documents", isFresh);
        if (isFresh)
            return known!;
        try
        {
            lock (_gate)
            {
                if ((known = _known.Find(did)) is not null && known.IsFresh(_clock.GetUtcNow()))
                    return known;
                if (!_underWay.TryGetValue(did, out lookUp))
                    lookUp = Start(did, from, reason, forcedAt: null);
            }

            // The caller gives up waiting; the look-up goes on for the others.
            return await lookUp.WaitAsync(cancellation);
        }
        catch (SourceFailedException) when (known?.MayServeStale(_clock.GetUtcNow()) == true)
        {
            Log.ServesStaleDocument(_logger, did.Method, _clock.GetUtcNow() - known.AskedAt);
            return known;
        }
    }

    /// <summary>
    /// Under the gate: the caller pays, then the look-up starts and belongs to everybody. A forced one never takes a
    /// reserved slot, since anybody can force it.
    /// </summary>
    private Task<ResolvedDid> Start(Did did, ClientAddress from, LookupReason reason, DateTimeOffset? forcedAt)
    {
        _lookUps.CheckPause(did);
        _takeResolution(did, from, reason);
        // Anybody can ask for a public key, so only tokens get a reserved slot.
        var isReserved = forcedAt is null && reason == LookupReason.Token
            && _callers.TryTakeTurn(did, _clock.GetUtcNow());
        var lookUp = Task.Run(() => LookUpAsync(did, forcedAt, isReserved));
        _underWay.Add(did, lookUp);
        return lookUp;
    }

    /// <summary>
    /// After a forced renewal that got no answer: whether the key has changed is unknown. Without a slot the source was
    /// not asked, so the next call may force it again.
    /// </summary>
    private void EndForced(Did did, bool isSourceFailed)
    {
        lock (_gate)
        {
            if (_known.Find(did) is { } known)
                _known.Set(did, isSourceFailed ? known with { HasForcedFailed = true } : known with { ForcedAt = null });
        }
    }

    private async Task<ResolvedDid> LookUpAsync(Did did, DateTimeOffset? forcedAt, bool isReserved)
    {
        var askedAt = _clock.GetUtcNow();
        try
        {
            var found = await _lookUps.FetchAsync(did, isReserved);
            lock (_gate)
            {
                var before = _known.Find(did);
                // An unchanged key stays the same object: what was verified with it stays verified.
                if (found.Key is { } key && before?.Key?.IsSameAs(key) == true)
                    found = before.Found;
                var now = new ResolvedDid(found, askedAt, forcedAt ?? before?.ForcedAt);
                _known.Set(did, now);
                return now;
            }
        }
        catch (KeyserverException e)
        {
            if (isReserved && e is not SourceFailedException)
                _callers.ReturnTurn(did);
            if (forcedAt is not null)
                EndForced(did, isSourceFailed: e is SourceFailedException);
            throw;
        }
        finally
        {
            lock (_gate)
                _underWay.Remove(did);
        }
    }
}
