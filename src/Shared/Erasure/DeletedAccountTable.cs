using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Erasure;

/// <summary>The rows of the accounts table of an account that is being deleted.</summary>
public sealed class DeletedAccountTable(Tables tables, Keyring keyring)
{
    /// <summary>The tombstone, read after this call began; null if the account exists or never did.</summary>
    public async Task<AccountTombstone?> FindAsync(string account, CancellationToken cancellation)
    {
        var row = await tables.Accounts.GetAsync(account, RowKeys.Account(account), cancellation);
        return row is null || AccountRow.IsActive(row)
            ? null
            : AccountTombstone.Verify(row, await keyring.RootAsync(cancellation));
    }

    /// <summary>
    /// Replaces the account's row with a tombstone and deletes the head of its keypair, in one transaction. Returns
    /// false if the account was changed concurrently.
    /// </summary>
    public async Task<bool> TryEndAsync(AccountTombstone end, bool hasKeypair, CancellationToken cancellation)
    {
        var change = new PartitionChange(tables.Accounts);
        change.WriteHead(end.ToRow(change.Id, await keyring.RootAsync(cancellation)), end.ETag);
        if (hasKeypair)
            change.Delete(RowKeys.Head(end.Partition));
        return await change.CommitAsync(cancellation);
    }

    /// <summary>Removes everything but the tombstone. Stops if the tombstone was changed.</summary>
    public async Task ClearAsync(AccountTombstone tombstone, CancellationToken cancellation)
    {
        var own = RowKeys.Account(tombstone.Partition);
        await foreach (var rows in tables.Accounts.QueryAsync(tombstone.Partition, cancellation)
            .Where(row => row.RowKey != own)
            .Chunk(Table.MaxTransaction))
        {
            if (!await IsUnchangedAsync(tombstone, cancellation))
                return;
            await tables.Accounts.DeleteAllAsync(rows, cancellation);
        }
    }

    /// <summary>Allows the account to be recreated. Does nothing if another run has changed the tombstone.</summary>
    public async Task MarkSweptAsync(AccountTombstone tombstone, CancellationToken cancellation) =>
        await TryEndAsync(tombstone with { IsSwept = true }, hasKeypair: false, cancellation);

    /// <summary>
    /// Whether the tombstone is unchanged, so that rows read before belong to the deleted account. If it was changed,
    /// another run has removed all of them, and the rows there now may belong to a recreated account.
    /// </summary>
    public async Task<bool> IsUnchangedAsync(AccountTombstone tombstone, CancellationToken cancellation) =>
        (await FindAsync(tombstone.Partition, cancellation))?.ETag == tombstone.ETag;
}
