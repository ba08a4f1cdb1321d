using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Identity;

/// <summary>
/// Resolves DIDs with a cache of 50,000 documents (protocol, Identity). A document is fresh for 1 h. A stale one is
/// served for up to 24 h in all, only if its source is unavailable, not if this server is overloaded. Absence is cached
/// for 10 s, failures are not cached. Concurrent lookups of one DID are coalesced.
/// </summary>
public sealed class DidResolver(
    DidDocumentFetcher fetcher,
    ILookupLimits limits,
    KnownCallers callers,
    TimeProvider clock,
    ILogger<DidResolver> logger,
    KeyserverMetrics? metrics = null)
{
    public const int MaxDids = 50_000;

    private readonly BoundedCache<Did, ResolvedDid> _known = new(MaxDids);
    private readonly Dictionary<Did, Task<ResolvedDid>> _running = [];
    private readonly Lock _gate = new();

    /// <summary>Lookups in progress or waiting for a slot.</summary>
    internal int InProgress
    {
        get
        {
            lock (_gate)
                return _running.Count;
        }
    }

    /// <summary>Whether the DID resolves, even if its document has no usable key.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.UpstreamFailure"/>: currently unknown;
    /// <see cref="ErrorName.RateLimitExceeded"/>.</exception>
    public async ValueTask<bool> ExistsAsync(Did did, ClientAddress from, CancellationToken cancellation) =>
        (await ResolveAsync(did, from, LookupReason.PublicKey, cancellation)).Exists;

    /// <summary>
    /// The cached key if it is fresh; null if a lookup is needed. Does not wait or access the network.
    /// </summary>
    internal AtprotoKey? FreshKey(Did did, DateTimeOffset now) =>
        _known.Find(did) is { } known && known.IsFresh(now) ? known.Key : null;

    /// <summary>
    /// The account's signing key; null if the document has no usable one. Returns the same object until it changes.
    /// </summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.DidNotFound"/>: no such DID, or no document;
    /// <see cref="ErrorName.UpstreamFailure"/>: currently unknown;
    /// <see cref="ErrorName.RateLimitExceeded"/>.</exception>
    internal async ValueTask<AtprotoKey?> FindKeyAsync(Did did, ClientAddress from, CancellationToken cancellation) =>
        KeyOf(await ResolveAsync(did, from, LookupReason.Token, cancellation));

    /// <summary>
    /// Looks up the key again because a signature does not match <paramref name="tried"/>. Anyone can trigger this with
    /// a forged token, so it happens at most once a minute per DID, successful or not; in between, the cached key is
    /// returned.
    /// </summary>
    internal async ValueTask<AtprotoKey?> RefreshKeyAsync(
        Did did, AtprotoKey? tried, ClientAddress from, CancellationToken cancellation)
    {
        Task<ResolvedDid>? lookup;
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            var known = _known.Find(did);
            if (known is not null && known.IsFresh(now) && (!known.Exists || known.Key != tried))
                return KeyOf(known); // Refreshed by a concurrent call.
            if (!_running.TryGetValue(did, out lookup))
            {
                if (known?.CanForceRefresh(now) == false)
                    return known.HasForcedFailed ? throw NotRefreshed() : tried;
                lookup = Start(did, from, LookupReason.ChangedKey, forcedAt: now);
                if (known is not null)
                    _known.Set(did, known with { ForcedAt = now, HasForcedFailed = false });
            }
        }

        return KeyOf(await lookup.WaitAsync(cancellation));
    }

    private static KeyserverException NotRefreshed() =>
        KeyserverException.Upstream("The DID document cannot be fetched now");

    internal static KeyserverException NoUsableKey() =>
        new(ErrorName.DidNotFound, "The DID document has no usable #atproto key");

    private static AtprotoKey? KeyOf(ResolvedDid found) =>
        found.Found.Absence is { } why ? throw new KeyserverException(ErrorName.DidNotFound, why) : found.Key;

    private async ValueTask<ResolvedDid> ResolveAsync(
        Did did, ClientAddress from, LookupReason reason, CancellationToken cancellation)
    {
        ResolvedDid? known;
        Task<ResolvedDid>? lookup;
        var isFresh = (known = _known.Find(did)) is not null && known.IsFresh(clock.GetUtcNow());
        metrics?.CacheLookedUp("documents", isFresh);
        if (isFresh)
            return known!;
        while (true)
        {
            var isOwn = false;
            try
            {
                lock (_gate)
                {
                    if ((known = _known.Find(did)) is not null && known.IsFresh(clock.GetUtcNow()))
                        return known;
                    isOwn = !_running.TryGetValue(did, out lookup);
                    lookup ??= Start(did, from, reason, forcedAt: null);
                }

                // Cancellation ends only this caller's wait; the lookup continues for the others.
                return await lookup.WaitAsync(cancellation);
            }
            catch (SourceFailedException) when (known?.CanServeStale(clock.GetUtcNow()) == true)
            {
                Log.ServingStaleDocument(logger, did.Method, clock.GetUtcNow() - known.AskedAt);
                return known;
            }
            catch (KeyserverException e) when (!isOwn && reason == LookupReason.Token && e is not SourceFailedException)
            {
                // The lookup of a caller who has no reserved slot got none. This caller may have one.
            }
        }
    }

    /// <summary>
    /// Requires the lock. Takes the caller's unit, then starts a lookup that all callers share. A forced lookup never
    /// uses a reserved slot, since anyone can force it.
    /// </summary>
    private Task<ResolvedDid> Start(Did did, ClientAddress from, LookupReason reason, DateTimeOffset? forcedAt)
    {
        fetcher.CheckPause(did);
        limits.Take(did, from, reason);
        // Anyone can request a public key, so only tokens get a reserved slot.
        var isReserved = forcedAt is null && reason == LookupReason.Token
            && callers.TryReserve(did, clock.GetUtcNow());
        var lookup = Task.Run(() => LookupAsync(did, forcedAt, isReserved));
        _running.Add(did, lookup);
        return lookup;
    }

    /// <summary>
    /// Ends a forced refresh that got no response, so it is unknown whether the key has changed. Without a slot the
    /// source was not asked, so the next call may force a refresh again.
    /// </summary>
    private void EndForced(Did did, bool isSourceFailed)
    {
        lock (_gate)
        {
            if (_known.Find(did) is not { } known)
                return;
            _known.Set(did, isSourceFailed ? known with { HasForcedFailed = true } : known with { ForcedAt = null });
        }
    }

    private async Task<ResolvedDid> LookupAsync(Did did, DateTimeOffset? forcedAt, bool isReserved)
    {
        var askedAt = clock.GetUtcNow();
        try
        {
            var found = await fetcher.FetchAsync(did, isReserved);
            lock (_gate)
            {
                var before = _known.Find(did);
                // Keep the same object for an unchanged key, so that verified tokens stay valid.
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
                callers.ReturnReservation(did);
            if (forcedAt is not null)
                EndForced(did, isSourceFailed: e is SourceFailedException);
            throw;
        }
        finally
        {
            lock (_gate)
                _running.Remove(did);
        }
    }
}
