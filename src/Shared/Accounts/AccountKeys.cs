using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Caching.Memory;

namespace AtpKeyserver.Accounts;

/// <summary>
/// The account keys: one per DID and generation, sealed under a shard key. Destroying a key makes everything sealed
/// under it unreadable. A recreated account has the next generation; rows of other generations are ignored.
/// </summary>
public sealed class AccountKeys(AccountTable accounts, TimeProvider clock, KeyserverMetrics metrics) : IDisposable
{
    /// <summary>How long a key may be used from the cache.</summary>
    public static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(30);

    /// <summary>How long this instance may not notice that another one deleted a caller's account.</summary>
    public static readonly TimeSpan DeletionCacheTime = TimeSpan.FromSeconds(5);

    private const int CacheSize = 20_000;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = CacheSize });
    private readonly MemoryCache _absent = new(new MemoryCacheOptions { SizeLimit = CacheSize });

    /// <summary>The account's key, at most 30 s old; null if there is no account.</summary>
    public ValueTask<SealingKey?> FindAsync(Did account, CancellationToken cancellation)
    {
        var key = CachedKey(account, CacheTime);
        metrics.CacheLookedUp("account_keys", hit: key is not null);
        return key is not null ? ValueTask.FromResult<SealingKey?>(key) : new(ReadKeyAsync(account, cancellation));
    }

    /// <summary>The account's key of this generation. Null if the account has another one, or none.</summary>
    public async ValueTask<SealingKey?> FindAsync(Did account, int generation, CancellationToken cancellation)
    {
        var key = await FindAsync(account, cancellation);
        // Another instance wrote a row with a newer key than the cached one.
        if (key is not null && key.Number < generation)
            key = await ReadKeyAsync(account, cancellation);
        return key?.Number == generation ? key : null;
    }

    /// <summary>
    /// Does the work of <see cref="FindAsync(Did, CancellationToken)"/> and discards the result. Unlike it, this also
    /// caches for 30 s that an account does not exist. Nothing may be decided by that, since another instance may have
    /// created the account concurrently.
    /// </summary>
    public async ValueTask EqualizeTimingAsync(Did account, CancellationToken cancellation)
    {
        if (CachedAbsence(account, CacheTime) is null)
            await FindAsync(account, cancellation);
    }

    /// <summary>
    /// Refuses a caller whose account was deleted recently. Uses a cached state that is at most 5 s old.
    /// </summary>
    /// <exception cref="Errors.KeyserverException">AccountDeleted.</exception>
    public ValueTask CheckAsync(Did caller, CancellationToken cancellation) =>
        CachedKey(caller, DeletionCacheTime) is not null
            || CachedAbsence(caller, DeletionCacheTime) is { IsDeleted: false }
            ? ValueTask.CompletedTask
            : new(ReadAsync(caller, cancellation));

    /// <summary>The account, read after this call began; null if there is none.</summary>
    /// <exception cref="Errors.KeyserverException">AccountDeleted: it was deleted recently.</exception>
    public async Task<Account?> ReadAsync(Did did, CancellationToken cancellation)
    {
        var (account, tombstone) = await ReadAndCacheAsync(did, cancellation);
        return tombstone?.Blocks(clock.GetUtcNow()) == true ? throw AccountTombstone.Refusal() : account;
    }

    /// <summary>Whether the account of this DID was deleted, however long ago, and not recreated.</summary>
    public async Task<bool> WasDeletedAsync(Did did, CancellationToken cancellation) =>
        (await ReadAndCacheAsync(did, cancellation)).Tombstone is not null;

    /// <summary>
    /// The account, read after this call began. Creates it if there is none, or if it was deleted at least two hours
    /// ago; exactly once, however many calls race.
    /// </summary>
    /// <exception cref="Errors.KeyserverException">AccountDeleted: it was deleted recently.</exception>
    public async Task<Account> GetOrCreateAsync(Did did, CancellationToken cancellation)
    {
        while (true)
        {
            var (account, tombstone) = await ReadAndCacheAsync(did, cancellation);
            if (account is not null)
                return account;
            if (tombstone?.Blocks(clock.GetUtcNow()) == true)
                throw AccountTombstone.Refusal();
            await accounts.CreateAsync(did, tombstone, cancellation);
        }
    }

    /// <summary>
    /// The same for an account that is not the caller. Null if it was deleted, however long ago: only its own call
    /// recreates it.
    /// </summary>
    public async Task<Account?> GetOrCreateForOtherAsync(Did did, CancellationToken cancellation)
    {
        while (true)
        {
            var (account, tombstone) = await ReadAndCacheAsync(did, cancellation);
            if (account is not null || tombstone is not null)
                return account;
            await accounts.CreateAsync(did, tombstone: null, cancellation);
        }
    }

    /// <summary>Removes the account's destroyed key from the cache.</summary>
    public void Forget(Did account)
    {
        _cache.Remove(account.Value);
        _absent.Remove(account.Value);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _absent.Dispose();
    }

    private async Task<SealingKey?> ReadKeyAsync(Did account, CancellationToken cancellation) =>
        (await ReadAndCacheAsync(account, cancellation)).Account?.Key;

    private async Task<(Account? Account, AccountTombstone? Tombstone)> ReadAndCacheAsync(
        Did did, CancellationToken cancellation)
    {
        var readAt = clock.GetTimestamp();
        var read = await accounts.ReadAsync(did, cancellation);
        if (read.Account is null)
            _cache.Remove(did.Value);
        else
            Cache(_cache, did, new CachedAccount(read.Account.Key, readAt));
        if (read.Account is null)
            Cache(_absent, did, new CachedAccount(null, readAt, IsDeleted: read.Tombstone is not null));
        return read;
    }

    private SealingKey? CachedKey(Did account, TimeSpan maxAge) =>
        _cache.TryGetValue(account.Value, out CachedAccount? cached) && clock.GetElapsedTime(cached!.ReadAt) < maxAge
            ? cached.Key
            : null;

    private CachedAccount? CachedAbsence(Did account, TimeSpan maxAge) =>
        _absent.TryGetValue(account.Value, out CachedAccount? cached) && clock.GetElapsedTime(cached!.ReadAt) < maxAge
            ? cached
            : null;

    private static void Cache(MemoryCache cache, Did account, CachedAccount cached) =>
        cache.Set(
            account.Value,
            cached,
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = CacheTime });

    private sealed record CachedAccount(SealingKey? Key, long ReadAt, bool IsDeleted = false);
}
