using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Caching.Memory;

namespace AtpKeyserver.Accounts;

/// <summary>
/// The account keys: one per DID and generation, sealed under a shard key. Destroying it makes all it sealed unreadable; made anew, the account
/// has the next generation, and rows of another generation do not exist.
/// </summary>
public sealed class AccountKeys(AccountTable accounts, TimeProvider clock, KeyserverMetrics metrics) : IDisposable
{
    /// <summary>How long a key that was read may be used without looking again.</summary>
    public static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(30);

    /// <summary>How long it may go unnoticed here that another instance deleted the account of a caller.</summary>
    public static readonly TimeSpan AliveTime = TimeSpan.FromSeconds(5);

    private const int CacheSize = 20_000;

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = CacheSize });
    private readonly MemoryCache _absent = new(new MemoryCacheOptions { SizeLimit = CacheSize });

    /// <summary>The account's key, at most 30 s old; null when there is no account.</summary>
    public ValueTask<SealingKey?> FindAsync(Did account, CancellationToken cancellation)
    {
        var key = Remembered(account, CacheTime);
        metrics.LookedUp("account_keys", hit: key is not null);
        return key is not null ? ValueTask.FromResult<SealingKey?>(key) : new(ReadKeyAsync(account, cancellation));
    }

    /// <summary>The account's key of this generation. Null when the account has another one, or none.</summary>
    public async ValueTask<SealingKey?> FindAsync(Did account, int generation, CancellationToken cancellation)
    {
        var key = await FindAsync(account, cancellation);
        // A row that is newer than the key in the cache was written by another instance.
        if (key is not null && key.Number < generation)
            key = await ReadKeyAsync(account, cancellation);
        return key?.Number == generation ? key : null;
    }

    /// <summary>
    /// Takes the work of <see cref="FindAsync(Did, CancellationToken)"/> and gives nothing: here also the absence of an account is remembered for
    /// 30 s, as the presence of one is. Nothing may be decided by it, since another instance may have made the account meanwhile.
    /// </summary>
    public async ValueTask EqualizeTimingAsync(Did account, CancellationToken cancellation)
    {
        if (FindAbsence(account, CacheTime) is null)
            await FindAsync(account, cancellation);
    }

    /// <summary>Lets a caller in unless its account was deleted lately; knowledge of 5 s ago will do.</summary>
    /// <exception cref="Errors.KeyserverException">AccountDeleted.</exception>
    public ValueTask CheckAsync(Did caller, CancellationToken cancellation) =>
        Remembered(caller, AliveTime) is not null || FindAbsence(caller, AliveTime) is { IsDeleted: false }
            ? ValueTask.CompletedTask
            : new(ReadAsync(caller, cancellation));

    /// <summary>The account as it is after this call; null when there is none.</summary>
    /// <exception cref="Errors.KeyserverException">AccountDeleted: it was, lately.</exception>
    public async Task<Account?> ReadAsync(Did did, CancellationToken cancellation)
    {
        var (account, tombstone) = await ReadAndRememberAsync(did, cancellation);
        return tombstone?.Blocks(clock.GetUtcNow()) == true ? throw AccountTombstone.Refusal() : account;
    }

    /// <summary>Whether this DID had an account that was deleted, however long ago, and has none now.</summary>
    public async Task<bool> WasDeletedAsync(Did did, CancellationToken cancellation) =>
        (await ReadAndRememberAsync(did, cancellation)).Tombstone is not null;

    /// <summary>
    /// The account as it is after this call. One that calls for the first time is made, exactly once however many calls race; so is one that was
    /// deleted two hours ago or more.
    /// </summary>
    /// <exception cref="Errors.KeyserverException">AccountDeleted: it was, lately.</exception>
    public async Task<Account> GetOrCreateAsync(Did did, CancellationToken cancellation)
    {
        while (true)
        {
            var (account, tombstone) = await ReadAndRememberAsync(did, cancellation);
            if (account is not null)
                return account;
            if (tombstone?.Blocks(clock.GetUtcNow()) == true)
                throw AccountTombstone.Refusal();
            await accounts.CreateAsync(did, tombstone, cancellation);
        }
    }

    /// <summary>
    /// The same for an account that does not call itself. Null where it was deleted, however long ago: it starts anew by calling.
    /// </summary>
    public async Task<Account?> GetOrCreateUncalledAsync(Did did, CancellationToken cancellation)
    {
        while (true)
        {
            var (account, tombstone) = await ReadAndRememberAsync(did, cancellation);
            if (account is not null || tombstone is not null)
                return account;
            await accounts.CreateAsync(did, before: null, cancellation);
        }
    }

    /// <summary>Forgets the account's key: it was destroyed.</summary>
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
        (await ReadAndRememberAsync(account, cancellation)).Account?.Key;

    private async Task<(Account? Account, AccountTombstone? Tombstone)> ReadAndRememberAsync(Did did, CancellationToken cancellation)
    {
        var readAt = clock.GetTimestamp();
        var read = await accounts.ReadAsync(did, cancellation);
        if (read.Account is null)
            _cache.Remove(did.Value);
        else
            Remember(_cache, did, new Known(read.Account.Key, readAt));
        if (read.Account is null)
            Remember(_absent, did, new Known(null, readAt, IsDeleted: read.Tombstone is not null));
        return read;
    }

    private SealingKey? Remembered(Did account, TimeSpan maxAge) =>
        _cache.TryGetValue(account.Value, out Known? known) && clock.GetElapsedTime(known!.ReadAt) < maxAge ? known.Key : null;

    private Known? FindAbsence(Did account, TimeSpan maxAge) =>
        _absent.TryGetValue(account.Value, out Known? known) && clock.GetElapsedTime(known!.ReadAt) < maxAge ? known : null;

    private static void Remember(MemoryCache cache, Did account, Known known) =>
        cache.Set(account.Value, known, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = CacheTime });

    private sealed record Known(SealingKey? Key, long ReadAt, bool IsDeleted = false);
}
