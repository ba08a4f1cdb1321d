using AtpKeyserver.AccessLog;
using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Removes the rows of a deleted group. Every step may be repeated at any time, also by several instances at once: rows
/// are deleted by their ETag, and index rows only while the tombstone is unchanged.
/// </summary>
public sealed class GroupSweep(GroupTable groups, Tables tables, Keyring keyring, PendingEvents events)
{
    private const int Parallelism = 16;

    private static readonly (string Prefix, string Role)[] Roles =
    [
        (RowKeys.MemberPrefix, Memberships.Member),
        (RowKeys.DelegatePrefix, Memberships.Delegate),
        (RowKeys.LeftPrefix, Memberships.Left),
    ];

    /// <summary>The tombstone, read after this call began; null if the group exists or never did.</summary>
    public async Task<GroupTombstone?> FindAsync(string partition, CancellationToken cancellation)
    {
        return await groups.ReadHeadAsync(partition, cancellation) is { IsTombstone: true } row
            ? row.VerifyTombstone(await keyring.RootAsync(cancellation))
            : null;
    }

    /// <summary>
    /// Removes everything but the tombstone, after moving the events into the log. Stops if the tombstone was changed:
    /// then another run has removed everything, and the rows may belong to a recreated group.
    /// </summary>
    public async Task ClearAsync(GroupTombstone tombstone, CancellationToken cancellation)
    {
        var head = RowKeys.Head(tombstone.Partition);
        await foreach (var rows in groups.Table.QueryAsync(
            tombstone.Partition, cancellation).Where(row => row.RowKey != head).Chunk(Table.MaxTransaction))
        {
            // Checked after the rows were read, so that their ETags belong to the deleted group.
            if (!await IsUnchangedAsync(tombstone, cancellation))
                return;
            await events.DrainAsync(groups.Table, Of(RowKeys.EventPrefix).ToAsyncEnumerable(), cancellation);
            foreach (var (prefix, role) in Roles)
                await RemoveFromIndexAsync(
                    tombstone,
                    role,
                    [.. Of(prefix).Select(row => RowKeys.AccountOf(row.RowKey)).OfType<string>()],
                    cancellation);
            // Moved events are deleted already; this deletes invalid ones.
            foreach (var left in Of(RowKeys.EventPrefix))
                await groups.Table.DeleteAsync(left.PartitionKey, left.RowKey, cancellation, left.ETag);
            await groups.Table.DeleteAllAsync([.. rows.Except(Of(RowKeys.EventPrefix))], cancellation);

            IEnumerable<TableEntity> Of(string prefix) =>
                rows.Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal));
        }
    }

    /// <summary>Removes the group from the index of these accounts, in this role.</summary>
    public async Task RemoveFromIndexAsync(
        GroupTombstone tombstone, string role, IReadOnlyList<string> accounts, CancellationToken cancellation)
    {
        if (accounts.Count == 0)
            return;
        var indexed = new TableEntity?[accounts.Count];
        await ForEachAsync(async i => indexed[i] = await tables.Memberships.GetAsync(
            accounts[i], RowKeys.Membership(accounts[i], role, tombstone.Partition), cancellation));

        // While the group is not recreated, these rows belong to the deleted one.
        if (!await IsUnchangedAsync(tombstone, cancellation))
            return;
        await ForEachAsync(i => indexed[i] is { } row
            ? tables.Memberships.DeleteAsync(row.PartitionKey, row.RowKey, cancellation, row.ETag)
            : Task.CompletedTask);

        Task ForEachAsync(Func<int, Task> work) => Parallel.ForAsync(
            0,
            accounts.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation },
            async (i, _) => await work(i));
    }

    /// <summary>Allows the owner to recreate the group.</summary>
    public async Task MarkSweptAsync(GroupTombstone tombstone, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        var change = new PartitionChange(groups.Table);
        change.WriteHead((tombstone with { IsSwept = true }).ToRow(change.Id, root), tombstone.ETag);
        // False means that another run has done it.
        await change.CommitAsync(cancellation);
    }

    private async Task<bool> IsUnchangedAsync(GroupTombstone tombstone, CancellationToken cancellation) =>
        (await FindAsync(tombstone.Partition, cancellation))?.ETag == tombstone.ETag;
}
