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
/// The rows of the keyring: a wrapped key, the full id of the KEK version that wrapped it, and a MAC by the root; the root's own row is signed by
/// itself. A shard key also says when it was made.
/// </summary>
public sealed class KeyringTable(Tables tables, Kek kek, TimeProvider clock, ILogger<KeyringTable> logger)
{
    public const string Name = "keyring";

    private const string Partition = "keyring";
    private const string RootRow = "root";
    private const string WrappedColumn = "Wrapped";
    private const string KekColumn = "Kek";
    private const string CreatedColumn = "Created";

    /// <summary>Of a row: <c>root</c>, or <c>shard-NN.VVVVVVVVVV</c>.</summary>
    /// <param name="number">Of the key.</param>
    public static string RowOf(int number) => number == Keyring.RootNumber
        ? RootRow
        : string.Create(CultureInfo.InvariantCulture, $"{ShardPrefix(Keyring.ShardOf(number))}{Keyring.VersionOf(number):D10}");

    public static bool IsRoot(TableEntity row) => row.RowKey == RootRow;

    /// <summary>The id of the KEK version that stands in the row, not verified; null in one that we did not write.</summary>
    public static string? FindKek(TableEntity row) => row.TryGetValue(KekColumn, out var kek) ? kek as string : null;

    /// <summary>When a shard key was made; of those from before this was recorded, long ago.</summary>
    public static DateTimeOffset CreatedOf(TableEntity row) =>
        row.ContainsKey(CreatedColumn)
            ? DateTimeOffset.FromUnixTimeMilliseconds(UnverifiedColumns.Get<long>(row, Name, CreatedColumn))
            : DateTimeOffset.MinValue;

    /// <exception cref="TamperedException">It is the row of no shard key.</exception>
    public static int NumberOf(TableEntity row) =>
        row.RowKey is ['s', 'h', 'a', 'r', 'd', '-', _, _, '.', ..]
        && int.TryParse(row.RowKey.AsSpan(6, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
        && int.TryParse(row.RowKey.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && Keyring.IsShardKey(Keyring.Number(shard, version))
        && RowOf(Keyring.Number(shard, version)) == row.RowKey
            ? Keyring.Number(shard, version)
            : throw TamperedException.At(Name, "a row is of a key that there is not");

    public Task<TableEntity?> ReadAsync(int number, CancellationToken cancellation) =>
        tables.Keyring.GetAsync(Partition, RowOf(number), cancellation);

    public IAsyncEnumerable<TableEntity> ListAsync(CancellationToken cancellation) => tables.Keyring.QueryAsync(Partition, cancellation);

    /// <summary>All shard keys, verified, each shard's in the order of their versions.</summary>
    public async Task<ILookup<int, TableEntity>> ListShardsAsync(SealingKey root, CancellationToken cancellation)
    {
        var rows = await tables.Keyring.QueryAsync(Partition, "shard-", cancellation).ToListAsync(cancellation);
        foreach (var row in rows)
            RowMac.Verify(row, Name, root);
        return rows.ToLookup(row => Keyring.ShardOf(NumberOf(row)));
    }

    /// <summary>The number of the newest version of a shard key as it is after this call; null where there is none yet.</summary>
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

    /// <summary>Makes a key, unless somebody else has.</summary>
    /// <param name="number">Of the key.</param>
    /// <param name="root">Null where it is the root that is made.</param>
    /// <param name="notBefore">The time of its making is not earlier than this.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task CreateAsync(int number, SealingKey? root, CancellationToken cancellation, DateTimeOffset notBefore = default)
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

    /// <summary>Where the root is known, the vault is asked nothing for a row that the root did not sign.</summary>
    public async Task<SealingKey> OpenAsync(TableEntity row, int number, SealingKey? root, CancellationToken cancellation)
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

    /// <summary>Wraps a key by the newest version of the KEK; false when somebody else changed its row.</summary>
    public async Task<bool> TryRewrapAsync(TableEntity row, SealingKey root, CancellationToken cancellation)
    {
        var key = await UnwrapAsync(row, IsRoot(row) ? null : root, cancellation);
        byte[] again = [];
        try
        {
            // Signed by itself, a root says nothing of whether it is ours.
            var opened = IsRoot(row) ? new SealingKey(key, root.Number) : root;
            if (!CryptographicOperations.FixedTimeEquals(Keyring.Fingerprint(opened), Keyring.Fingerprint(root)))
                throw TamperedException.At(Name, "the root was exchanged");
            var (wrapped, by) = await kek.WrapAsync(key, cancellation);

            // Wrapping needs the public half only: whether we may unwrap has to be known before the old form is gone.
            again = await kek.UnwrapAsync(wrapped, by, cancellation);
            if (!CryptographicOperations.FixedTimeEquals(again, key))
                throw new CryptographicException("The vault does not give back what was wrapped.");
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

    /// <summary>Deletes a key that nothing needs any more, also where it was wrapped anew since: its number stands for no other.</summary>
    public Task DeleteAsync(TableEntity row, CancellationToken cancellation) =>
        tables.Keyring.DeleteAsync(Partition, row.RowKey, cancellation);

    private async Task<byte[]> UnwrapAsync(TableEntity row, SealingKey? root, CancellationToken cancellation)
    {
        if (root is not null)
            RowMac.Verify(row, Name, root);
        var (wrapped, by) = (UnverifiedColumns.Get<byte[]>(row, Name, WrappedColumn), UnverifiedColumns.Get<string>(row, Name, KekColumn));
        byte[] unwrapped;
        try
        {
            unwrapped = await kek.UnwrapAsync(wrapped, by, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Deleted there or changed here: only the vault's owner can tell. A root is signed by what it wraps, so nothing vouches for it yet.
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

    private static string ShardPrefix(int shard) => string.Create(CultureInfo.InvariantCulture, $"shard-{shard:D2}.");

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
