using System.Globalization;
using System.Security.Cryptography;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.KeyManagement;

/// <summary>
/// The keyring's rows: a wrapped key, the full id of the KEK version that wrapped it, and a MAC under the root; the
/// root's row is authenticated by itself. Shard key rows also have their creation time.
/// </summary>
public sealed class KeyringTable(Tables tables, Kek kek, TimeProvider clock, ILogger<KeyringTable> logger)
{
    public const string Name = "keyring";

    private const string Partition = "keyring";
    private const string RootRow = "root";
    private const string WrappedColumn = "Wrapped";
    private const string KekColumn = "Kek";
    private const string CreatedColumn = "Created";

    /// <summary>The row key: <c>root</c> or <c>shard-NN.VVVVVVVVVV</c>.</summary>
    /// <param name="number">The number of the key.</param>
    public static string RowOf(int number) => number == Keyring.RootNumber
        ? RootRow
        : string.Create(
            CultureInfo.InvariantCulture, $"{ShardPrefix(Keyring.ShardOf(number))}{Keyring.VersionOf(number):D10}");

    public static bool IsRoot(TableEntity row) => row.RowKey == RootRow;

    /// <summary>The unverified KEK version id in the row; null if it has none.</summary>
    public static string? FindKek(TableEntity row) => row.TryGetValue(KekColumn, out var kek) ? kek as string : null;

    /// <summary>The creation time of a shard key.</summary>
    public static DateTimeOffset CreatedOf(TableEntity row) => UnverifiedColumns.TimeOf(row, Name, CreatedColumn);

    /// <exception cref="TamperedException">The row key is not a shard key's.</exception>
    public static int NumberOf(TableEntity row) =>
        row.RowKey is ['s', 'h', 'a', 'r', 'd', '-', _, _, '.', ..]
        && int.TryParse(row.RowKey.AsSpan(6, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
        && int.TryParse(row.RowKey.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && Keyring.IsShardKey(Keyring.Number(shard, version))
        && RowOf(Keyring.Number(shard, version)) == row.RowKey
            ? Keyring.Number(shard, version)
            : throw TamperedException.At(Name, "a row key is not a valid shard key");

    public Task<TableEntity?> ReadAsync(int number, CancellationToken cancellation) =>
        tables.Keyring.GetAsync(Partition, RowOf(number), cancellation);

    public IAsyncEnumerable<TableEntity> ListAsync(CancellationToken cancellation) =>
        tables.Keyring.QueryAsync(Partition, cancellation);

    /// <summary>All shard keys, verified and sorted by version.</summary>
    public async Task<ILookup<int, TableEntity>> ListShardsAsync(SealingKey root, CancellationToken cancellation)
    {
        var rows = await tables.Keyring.QueryAsync(Partition, "shard-", cancellation).ToListAsync(cancellation);
        foreach (var row in rows)
            RowMac.Verify(row, Name, root);
        return rows.ToLookup(row => Keyring.ShardOf(NumberOf(row)));
    }

    /// <summary>The number of the shard's newest key; null if there is none. Not cached.</summary>
    public async Task<int?> FindNewestAsync(int shard, SealingKey root, CancellationToken cancellation)
    {
        TableEntity? newest = null;
        await foreach (var row in tables.Keyring.QueryAsync(Partition, ShardPrefix(shard), cancellation))
            newest = row;
        if (newest is null)
            return null;
        RowMac.Verify(newest, Name, root);
        return NumberOf(newest);
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
            var row = new TableEntity(Partition, RowOf(number)) { [WrappedColumn] = wrapped, [KekColumn] = by };
            if (root is not null)
                row[CreatedColumn] = Later(clock.GetUtcNow(), notBefore).ToUnixTimeMilliseconds();
            RowMac.Sign(row, Name, root ?? new SealingKey(key, number));
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
        TableEntity row, int number, SealingKey? root, CancellationToken cancellation)
    {
        var unwrapped = await UnwrapAsync(row, root, cancellation);
        try
        {
            return new SealingKey(unwrapped, number);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(unwrapped);
        }
    }

    /// <summary>Rewraps a key with the newest KEK version; false if its row changed meanwhile.</summary>
    public async Task<bool> TryRewrapAsync(TableEntity row, SealingKey root, CancellationToken cancellation)
    {
        var key = await UnwrapAsync(row, IsRoot(row) ? null : root, cancellation);
        byte[] again = [];
        try
        {
            // The root's MAC is under its own key, so it does not prove that this is our root.
            var opened = IsRoot(row) ? new SealingKey(key, root.Number) : root;
            if (!CryptographicOperations.FixedTimeEquals(Keyring.Fingerprint(opened), Keyring.Fingerprint(root)))
                throw TamperedException.At(Name, "the root was replaced");
            var (wrapped, by) = await kek.WrapAsync(key, cancellation);

            // Wrapping needs only the public key: check that we may unwrap before the old form is replaced.
            again = await kek.UnwrapAsync(wrapped, by, cancellation);
            if (!CryptographicOperations.FixedTimeEquals(again, key))
                throw new CryptographicException("Key Vault did not unwrap the key that it wrapped.");
            var next = new TableEntity(Partition, row.RowKey) { [WrappedColumn] = wrapped, [KekColumn] = by };
            if (row.TryGetValue(CreatedColumn, out var created))
                next[CreatedColumn] = created;
            return await tables.Keyring.TryReplaceAsync(RowMac.Sign(next, Name, root), row.ETag, cancellation);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(again);
        }
    }

    /// <summary>Deletes an unused key, even if it was rewrapped since: its number is never reused.</summary>
    public Task DeleteAsync(TableEntity row, CancellationToken cancellation) =>
        tables.Keyring.DeleteAsync(Partition, row.RowKey, cancellation);

    private async Task<byte[]> UnwrapAsync(TableEntity row, SealingKey? root, CancellationToken cancellation)
    {
        if (root is not null)
            RowMac.Verify(row, Name, root);
        var wrapped = UnverifiedColumns.Get<byte[]>(row, Name, WrappedColumn);
        var by = UnverifiedColumns.Get<string>(row, Name, KekColumn);
        byte[] unwrapped;
        try
        {
            unwrapped = await kek.UnwrapAsync(wrapped, by, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // The KEK was deleted or the row was changed; only the vault's owner can tell. A root row is not verified
            // yet.
            Log.KekUnknown(logger, row.RowKey, by, kek.Id.AbsoluteUri);
            throw;
        }

        try
        {
            if (unwrapped.Length != SealingKey.Length)
                throw TamperedException.At(Name, "an unwrapped key has the wrong length");
            if (root is null)
                RowMac.Verify(row, Name, new SealingKey(unwrapped, Keyring.RootNumber));
            return unwrapped;
        }
        catch
        {
            CryptographicOperations.ZeroMemory(unwrapped);
            throw;
        }
    }

    private static string ShardPrefix(int shard) =>
        string.Create(CultureInfo.InvariantCulture, $"shard-{shard:D2}.");

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
