using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using AtpKeyserver.Versions.Rows;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts.Keypairs.Rows;

/// <summary>
/// The head row of an account's keypair: its active version. Every change of the keypair rewrites it.
/// </summary>
public sealed record KeypairHead(string Partition, KeyVersion Active, ETag? ETag)
{
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public static KeypairHead Verify(TableEntity row, SealingKey key)
    {
        RowMac.Verify(row, Tables.AccountsName, key);
        return new KeypairHead(row.PartitionKey, KeyVersionColumns.ReadActive(row, Tables.AccountsName), row.ETag);
    }

    public TableEntity ToRow(string changeId, SealingKey key)
    {
        var row = new TableEntity(Partition, RowKeys.Head(Partition))
        {
            [UnverifiedColumns.Generation] = key.Number,
            [PartitionChange.IdColumn] = changeId,
        };
        KeyVersionColumns.WriteActive(row, Active);
        return RowMac.Sign(row, Tables.AccountsName, key);
    }
}
