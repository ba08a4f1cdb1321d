using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts.Rows;

/// <summary>An existing account, as read from its row.</summary>
/// <param name="Did">The account's DID.</param>
/// <param name="Key">The account key of the current generation.</param>
/// <param name="Row">The verified row.</param>
public sealed record Account(Did Did, SealingKey Key, TableEntity Row)
{
    private const string KeyColumn = "SealedKey";
    private const string DidColumn = "Did";
    private const string CreatedColumn = "Created";

    private const string Table = Tables.AccountsName;

    public string Partition => Row.PartitionKey;

    /// <summary>
    /// The keypair's last version when the previous account of this DID was deleted; 0 if there was none.
    /// </summary>
    public int FormerKeypairVersion => UnverifiedColumns.Get<int>(Row, Table, AccountRow.KeypairVersionColumn);

    public static byte[] SealedKey(TableEntity row) => UnverifiedColumns.Get<byte[]>(row, Table, KeyColumn);

    /// <exception cref="TamperedException">The row failed verification.</exception>
    public static Account Verify(TableEntity row, Did did, SealingKey shardKey)
    {
        using var secret = Open(row, shardKey);
        return new Account(did, VerifyBy(secret, row), row);
    }

    /// <summary>The DID in the row of an existing account, not verified; null if the row has none.</summary>
    public static string? UnverifiedDid(TableEntity row) =>
        row.TryGetValue(DidColumn, out var did) ? did as string : null;

    /// <summary>The row with its account key resealed under another version of the shard key.</summary>
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public static TableEntity Reseal(TableEntity row, SealingKey from, SealingKey to)
    {
        using var secret = Open(row, from);
        var key = VerifyBy(secret, row);
        var next = Copy(row);
        next[KeyColumn] = to.Seal(SealPurpose.AccountKey, BindingOf(row, key.Number), secret.Reveal());
        return RowMac.Sign(next, Table, key);
    }

    /// <summary>The row of a new account, or of one that is recreated after its deletion.</summary>
    public static TableEntity NewRow(
        string partition,
        Did did,
        AccountTombstone? before,
        SealingKey shardKey,
        ReadOnlySpan<byte> key,
        DateTimeOffset now)
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
        row[KeyColumn] = shardKey.Seal(SealPurpose.AccountKey, BindingOf(row, generation), key);
        return RowMac.Sign(row, Table, new SealingKey(key, generation));
    }

    /// <summary>
    /// The same row, rewritten. A change of the keypair includes it, conditional on its ETag, so that the change fails
    /// if the account was deleted concurrently.
    /// </summary>
    public TableEntity Renew() => RowMac.Sign(Copy(Row), Table, Key);

    private static TableEntity Copy(TableEntity row)
    {
        var copy = new TableEntity(row.PartitionKey, row.RowKey);
        foreach (var column in (string[])
            [
                UnverifiedColumns.Generation,
                AccountRow.StateColumn,
                AccountRow.KeypairVersionColumn,
                DidColumn,
                CreatedColumn,
                KeyColumn,
            ])
            copy[column] = row[column];
        return copy;
    }

    private static Secret Open(TableEntity row, SealingKey shardKey) =>
        shardKey.Open(
            SealPurpose.AccountKey, BindingOf(row, UnverifiedColumns.GenerationOf(row, Table)), SealedKey(row));

    private static SealingKey VerifyBy(Secret secret, TableEntity row)
    {
        var key = new SealingKey(secret.Reveal(), UnverifiedColumns.GenerationOf(row, Table));
        RowMac.Verify(row, Table, key);
        return key;
    }

    private static Binding BindingOf(TableEntity row, int generation) =>
        new(Table, row.PartitionKey, row.RowKey, 0, generation);
}
