using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>
/// The head row of an account's keypair: its active version. Every change of the keypair rewrites it.
/// </summary>
public sealed record KeypairHead(string Partition, KeyVersion Active, ETag? ETag)
{
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public static KeypairHead Verify(TableEntity row, SealingKey key)
    {
        RowMac.Verify(row, "accounts", key);
        return new KeypairHead(row.PartitionKey, KeyVersionRows.ReadActive(row, "accounts"), row.ETag);
    }

    public TableEntity ToRow(string changeId, SealingKey key)
    {
        var row = new TableEntity(Partition, RowKeys.Head(Partition))
        {
            [UnverifiedColumns.Generation] = key.Number,
            [PartitionChange.IdColumn] = changeId,
        };
        KeyVersionRows.WriteActive(row, Active);
        return RowMac.Sign(row, "accounts", key);
    }
}
