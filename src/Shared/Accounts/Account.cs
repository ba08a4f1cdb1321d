using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts;

/// <summary>An account that exists, as one read of its row found it.</summary>
/// <param name="Did">Whose.</param>
/// <param name="Key">Its key, of this generation.</param>
/// <param name="Row">Verified.</param>
public sealed record Account(Did Did, SealingKey Key, TableEntity Row)
{
    private const string KeyColumn = "SealedKey";
    private const string DidColumn = "Did";
    private const string CreatedColumn = "Created";

    private const string Table = "accounts";

    /// <summary>The last version that the keypair had when an account of this DID was deleted; 0 where there was none.</summary>
    public int FormerKeypairVersion => UnverifiedColumns.Get<int>(Row, Table, AccountRow.KeypairVersionColumn);

    public static byte[] SealedKey(TableEntity row) => UnverifiedColumns.Get<byte[]>(row, Table, KeyColumn);

    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
    public static Account Verify(TableEntity row, Did did, SealingKey shardKey)
    {
        using var secret = Open(row, shardKey);
        return new Account(did, VerifyBy(secret, row), row);
    }

    /// <summary>The DID that stands in the row of an account that exists, not verified; null where there is none in it.</summary>
    public static string? UnverifiedDid(TableEntity row) => row.TryGetValue(DidColumn, out var did) ? did as string : null;

    /// <summary>The row with its key sealed under another version of its shard key.</summary>
    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
    public static TableEntity Reseal(TableEntity row, SealingKey from, SealingKey to)
    {
        using var secret = Open(row, from);
        var key = VerifyBy(secret, row);
        var next = Copy(row);
        next[KeyColumn] = to.Seal(SealPurpose.AccountKey, Place(row, key.Number), secret.Reveal());
        return RowMac.Sign(next, Table, key);
    }

    /// <summary>The row of an account that calls for the first time, or for the first time since it was deleted.</summary>
    public static TableEntity NewRow(
        string partition, Did did, AccountTombstone? before, SealingKey shardKey, ReadOnlySpan<byte> key, DateTimeOffset now)
    {
        var generation = checked((before?.Generation ?? 0) + 1);
        var row = new TableEntity(partition, RowKeys.Account(partition))
        {
            [UnverifiedColumns.Generation] = generation,
            [AccountRow.StateColumn] = AccountRow.Active,
            [AccountRow.KeypairVersionColumn] = before?.KeypairVersion ?? 0,
            [DidColumn] = did.Value,
            [CreatedColumn] = now.ToUnixTimeMilliseconds(),
        };
        row[KeyColumn] = shardKey.Seal(SealPurpose.AccountKey, Place(row, generation), key);
        return RowMac.Sign(row, Table, new SealingKey(key, generation));
    }

    /// <summary>
    /// The same row, written anew. A change of the keypair puts it into its transaction on the row's ETag: so none is made under the key of an
    /// account that was deleted meanwhile.
    /// </summary>
    public TableEntity Renew() => RowMac.Sign(Copy(Row), Table, Key);

    private static TableEntity Copy(TableEntity row)
    {
        var copy = new TableEntity(row.PartitionKey, row.RowKey);
        foreach (var column in (string[])
            [UnverifiedColumns.Generation, AccountRow.StateColumn, AccountRow.KeypairVersionColumn, DidColumn, CreatedColumn, KeyColumn])
            copy[column] = row[column];
        return copy;
    }

    private static Secret Open(TableEntity row, SealingKey shardKey) =>
        shardKey.Open(SealPurpose.AccountKey, Place(row, UnverifiedColumns.GenerationOf(row, Table)), SealedKey(row));

    private static SealingKey VerifyBy(Secret secret, TableEntity row)
    {
        var key = new SealingKey(secret.Reveal(), UnverifiedColumns.GenerationOf(row, Table));
        RowMac.Verify(row, Table, key);
        return key;
    }

    private static Binding Place(TableEntity row, int generation) => new(Table, row.PartitionKey, row.RowKey, 0, generation);
}
