using AtpKeyserver.Accounts.Keypairs.Rows;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Crypto;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>The keypair rows of the accounts table: head and versions, in the partition of their account.</summary>
public sealed class KeypairTable(Tables tables, PartitionKeys partitions)
{
    /// <summary>
    /// Keypairs have one incarnation: a recreated account has another generation of its account key instead.
    /// </summary>
    public const int Incarnation = 1;

    public Table Table => tables.Accounts;

    public KeyVersionTable Versions { get; } = new(tables.Accounts, SealPurpose.PrivateKey);

    public async Task<UnverifiedKeypair?> ReadHeadAsync(Did account, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        return await Table.GetAsync(partition, RowKeys.Head(partition), cancellation) is { } row
            ? new UnverifiedKeypair(row)
            : null;
    }

    /// <summary>The heads of all keypairs after this partition.</summary>
    public IAsyncEnumerable<UnverifiedKeypair> ScanHeadsAsync(string after, CancellationToken cancellation) =>
        Table.ScanAsync(RowKeys.HeadPrefix, cancellation, after).Select(row => new UnverifiedKeypair(row));

    /// <summary>A change that makes this version the active one. It fails if the account or the head changed.</summary>
    /// <param name="account">The keypair's account.</param>
    /// <param name="replaced">The existing head; null if there is none.</param>
    /// <param name="next">The new version.</param>
    public PartitionChange Activate(Account account, KeypairHead? replaced, KeyVersion next)
    {
        var head = new KeypairHead(account.Partition, next, replaced?.ETag);
        var change = new PartitionChange(Table);
        change.WriteHead(head.ToRow(change.Id, account.Key), head.ETag);
        change.Replace(account.Renew(), account.Row.ETag);
        change.Insert(Versions.ToRow(account.Partition, next, Incarnation, account.Key));
        return change;
    }
}
