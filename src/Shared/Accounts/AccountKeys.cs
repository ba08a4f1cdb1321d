using System.Security.Cryptography;
using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Caching.Memory;

namespace AtpKeyserver.Accounts;

/// <summary>
/// The account keys: one per DID and generation, sealed under a shard key. Destroying an account's row makes all it sealed unreadable; made anew,
/// the account has the next generation, and rows of another generation do not exist.
/// </summary>
public sealed class AccountKeys(Tables tables, Keyring keyring, TimeProvider clock) : IDisposable
{
    /// <summary>How long a key that was read may be used without looking again.</summary>
    public static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(30);

    private const int CacheSize = 20_000;
    private const string KeyColumn = "SealedKey";
    private const string StateColumn = "State";
    private const string CreatedColumn = "Created";
    private const string Active = "active";

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = CacheSize });
    private readonly MemoryCache _absent = new(new MemoryCacheOptions { SizeLimit = CacheSize });

    private Table Table => tables.Accounts;

    /// <summary>The account's key, at most 30 s old; null when there is no account.</summary>
    public ValueTask<SealingKey?> FindAsync(Did account, CancellationToken cancellation) =>
        _cache.TryGetValue(account, out Cached? cached) && clock.GetElapsedTime(cached!.ReadAt) < CacheTime
            ? ValueTask.FromResult<SealingKey?>(cached.Key)
            : new(ReadAsync(account, cancellation));

    /// <summary>The account's key of this generation. Null when the account has another one, or none.</summary>
    public async ValueTask<SealingKey?> FindAsync(Did account, int generation, CancellationToken cancellation)
    {
        var key = await FindAsync(account, cancellation);
        // A row that is newer than the key in the cache was written by another instance.
        if (key is not null && key.Number < generation)
            key = await ReadAsync(account, cancellation);
        return key?.Number == generation ? key : null;
    }

    /// <summary>
    /// Takes the work of <see cref="FindAsync(Did, CancellationToken)"/> and gives nothing: here also the absence of an account is remembered for
    /// 30 s, as the presence of one is. Nothing may be decided by it, since another instance may have made the account meanwhile.
    /// </summary>
    public async ValueTask PretendToFindAsync(Did account, CancellationToken cancellation)
    {
        if (_absent.TryGetValue(account, out _))
            return;
        if (await FindAsync(account, cancellation) is null)
            _absent.Set(account, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = CacheTime });
    }

    /// <summary>The account's key; an account that calls for the first time is made, exactly once however many calls race.</summary>
    public async Task<SealingKey> GetOrCreateAsync(Did account, CancellationToken cancellation)
    {
        if (await FindAsync(account, cancellation) is { } key)
            return key;
        var tombstone = await Tombstone.ReadAsync(tables, keyring, account, cancellation);
        await InsertAsync(account, generation: (tombstone?.Generation ?? 0) + 1, cancellation);
        return await ReadAsync(account, cancellation) ?? throw TamperedException.At(Table.Name, "an account vanished");
    }

    public void Dispose()
    {
        _cache.Dispose();
        _absent.Dispose();
    }

    private async Task<SealingKey?> ReadAsync(Did account, CancellationToken cancellation)
    {
        var readAt = clock.GetTimestamp();
        var partition = RowKeys.Partition(account.Value);
        var row = await Table.GetAsync(partition, RowKeys.Account(partition), cancellation);
        if (row is null)
        {
            _cache.Remove(account);
            return null;
        }

        var sealedKey = UnverifiedColumns.Get<byte[]>(row, Table.Name, KeyColumn);
        var generation = UnverifiedColumns.GenerationOf(row, Table.Name);
        var shardKey = await keyring.ForOpeningAsync(sealedKey, cancellation);
        using var secret = shardKey.Open(SealPurpose.AccountKey, Place(row, generation), sealedKey);
        var key = new SealingKey(secret.Reveal(), generation);
        RowMac.Verify(row, Table.Name, key);
        _cache.Set(account, new Cached(key, readAt), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = CacheTime });
        return key;
    }

    private async Task InsertAsync(Did account, int generation, CancellationToken cancellation)
    {
        var partition = RowKeys.Partition(account.Value);
        var row = new TableEntity(partition, RowKeys.Account(partition));
        var shardKey = await keyring.ForSealingAsync(account, cancellation);
        var key = RandomNumberGenerator.GetBytes(SealingKey.Length);
        try
        {
            row[UnverifiedColumns.Generation] = generation;
            row[StateColumn] = Active;
            row[CreatedColumn] = clock.GetUtcNow().ToUnixTimeMilliseconds();
            row[KeyColumn] = shardKey.Seal(SealPurpose.AccountKey, Place(row, generation), key);
            await Table.TryInsertAsync(RowMac.Sign(row, Table.Name, new SealingKey(key, generation)), cancellation);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private Binding Place(TableEntity row, int generation) => new(Table.Name, row.PartitionKey, row.RowKey, 0, generation);

    private sealed record Cached(SealingKey Key, long ReadAt);
}
