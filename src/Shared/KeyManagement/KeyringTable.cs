using System.Security.Cryptography;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement.Rows;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.KeyManagement;

/// <summary>The keyring's rows. Each has a MAC under the root; the root's row is authenticated by itself.</summary>
public sealed class KeyringTable(Tables tables, Kek kek, TimeProvider clock, ILogger<KeyringTable> logger)
{
    /// <summary>The only partition.</summary>
    private const string Partition = Tables.KeyringName;

    public async Task<WrappedKey?> ReadAsync(int number, CancellationToken cancellation) =>
        await tables.Keyring.GetAsync(Partition, WrappedKey.NameOf(number), cancellation) is { } row
            ? new WrappedKey(row)
            : null;

    public IAsyncEnumerable<WrappedKey> ListAsync(CancellationToken cancellation) =>
        tables.Keyring.QueryAsync(Partition, cancellation).Select(row => new WrappedKey(row));

    /// <summary>All shard keys, verified and sorted by version.</summary>
    public async Task<ILookup<int, WrappedKey>> ListShardsAsync(SealingKey root, CancellationToken cancellation)
    {
        var rows = await tables.Keyring.QueryAsync(Partition, WrappedKey.ShardsPrefix, cancellation)
            .ToListAsync(cancellation);
        foreach (var row in rows)
            RowMac.Verify(row, Tables.KeyringName, root);
        return rows.Select(row => new WrappedKey(row)).ToLookup(key => Keyring.ShardOf(key.Number));
    }

    /// <summary>The number of the shard's newest key; null if there is none. Not cached.</summary>
    public async Task<int?> FindNewestAsync(int shard, SealingKey root, CancellationToken cancellation)
    {
        TableEntity? newest = null;
        await foreach (var row in tables.Keyring.QueryAsync(Partition, WrappedKey.ShardPrefix(shard), cancellation))
            newest = row;
        if (newest is null)
            return null;
        RowMac.Verify(newest, Tables.KeyringName, root);
        return new WrappedKey(newest).Number;
    }

    /// <summary>Creates a key if it does not exist.</summary>
    /// <param name="number">The number of the key.</param>
    /// <param name="root">Null to create the root.</param>
    /// <param name="notBefore">The earliest creation time.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public async Task CreateAsync(
        int number, SealingKey? root, CancellationToken cancellation, DateTimeOffset notBefore = default)
    {
        var key = Secret.NewKey(SealingKey.Length);
        try
        {
            RandomNumberGenerator.Fill(key);
            var (wrapped, by) = await kek.WrapAsync(key, cancellation);
            var row = NewRow(WrappedKey.NameOf(number), wrapped, by);
            if (root is not null)
                row[WrappedKey.CreatedColumn] = Later(clock.GetUtcNow(), notBefore).ToUnixTimeMilliseconds();
            RowMac.Sign(row, Tables.KeyringName, root ?? new SealingKey(key, number));
            if (await tables.Keyring.TryInsertAsync(row, cancellation))
                Log.KeyCreated(logger, row.RowKey, by);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>With a known root, verifies the row's MAC before calling Key Vault.</summary>
    public async Task<SealingKey> OpenAsync(
        WrappedKey stored, int number, SealingKey? root, CancellationToken cancellation)
    {
        var unwrapped = await UnwrapAsync(stored, root, cancellation);
        try
        {
            return new SealingKey(unwrapped, number);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(unwrapped);
        }
    }

    /// <summary>Rewraps a key with the newest KEK version; false if its row changed concurrently.</summary>
    public async Task<bool> TryRewrapAsync(WrappedKey stored, SealingKey root, CancellationToken cancellation)
    {
        var key = await UnwrapAsync(stored, stored.IsRoot ? null : root, cancellation);
        byte[] again = [];
        try
        {
            // The root's MAC is under its own key, so it does not prove that this is our root.
            var opened = stored.IsRoot ? new SealingKey(key, root.Number) : root;
            if (!CryptographicOperations.FixedTimeEquals(Keyring.Fingerprint(opened), Keyring.Fingerprint(root)))
                throw TamperedException.At(Tables.KeyringName, "the root was replaced");
            var (wrapped, by) = await kek.WrapAsync(key, cancellation);

            // Wrapping needs only the public key: check that we may unwrap before the old form is replaced.
            again = await kek.UnwrapAsync(wrapped, by, cancellation);
            if (!CryptographicOperations.FixedTimeEquals(again, key))
                throw new CryptographicException("Key Vault did not unwrap the key that it wrapped.");
            var next = NewRow(stored.Name, wrapped, by);
            if (stored.Row.TryGetValue(WrappedKey.CreatedColumn, out var created))
                next[WrappedKey.CreatedColumn] = created;
            return await tables.Keyring.TryReplaceAsync(
                RowMac.Sign(next, Tables.KeyringName, root), stored.Row.ETag, cancellation);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(again);
        }
    }

    /// <summary>Deletes an unused key, even if it was rewrapped since: its number is never reused.</summary>
    public Task DeleteAsync(WrappedKey stored, CancellationToken cancellation) =>
        tables.Keyring.DeleteAsync(Partition, stored.Name, cancellation);

    private static TableEntity NewRow(string name, byte[] wrapped, string kek) =>
        new(Partition, name) { [WrappedKey.WrappedColumn] = wrapped, [WrappedKey.KekColumn] = kek };

    private async Task<byte[]> UnwrapAsync(WrappedKey stored, SealingKey? root, CancellationToken cancellation)
    {
        if (root is not null)
            RowMac.Verify(stored.Row, Tables.KeyringName, root);
        var (wrapped, by) = (stored.Wrapped, stored.Kek);
        byte[] unwrapped;
        try
        {
            unwrapped = await kek.UnwrapAsync(wrapped, by, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // The KEK was deleted or the row was changed; only the vault's owner can tell. A root row is not verified
            // yet.
            Log.KekUnknown(logger, stored.Name, by, kek.Id.AbsoluteUri);
            throw;
        }

        try
        {
            if (unwrapped.Length != SealingKey.Length)
                throw TamperedException.At(Tables.KeyringName, "an unwrapped key has the wrong length");
            if (root is null)
                RowMac.Verify(stored.Row, Tables.KeyringName, new SealingKey(unwrapped, Keyring.RootNumber));
            return unwrapped;
        }
        catch
        {
            CryptographicOperations.ZeroMemory(unwrapped);
            throw;
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
