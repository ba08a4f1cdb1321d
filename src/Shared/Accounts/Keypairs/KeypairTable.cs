using AtpKeyserver.Crypto;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>The keypair rows of the accounts table: head and versions, in the partition of their account.</summary>
public sealed class KeypairTable(Tables tables, PartitionKeys partitions)
{
    /// <summary>
    /// Keypairs have one incarnation: a recreated account has another generation of its account key instead.
    /// </summary>
    public const int Incarnation = 1;

    public Table Table => tables.Accounts;

    public KeyVersionRows Versions { get; } = new(tables.Accounts, SealPurpose.PrivateKey);

    public async Task<TableEntity?> ReadHeadAsync(Did account, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        return await Table.GetAsync(partition, RowKeys.Head(partition), cancellation);
    }
}
