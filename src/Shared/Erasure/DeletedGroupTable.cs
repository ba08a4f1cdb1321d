using AtpKeyserver.AccessLog;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Erasure;

/// <summary>
/// The rows of groups that are being deleted. Every step may be repeated at any time, also by several instances at
/// once: rows are deleted by their ETag, and index rows only while the tombstone is unchanged.
/// </summary>
public sealed class DeletedGroupTable(
    GroupTable groups, Tables tables, Keyring keyring, PartitionKeys partitions, PendingEvents events)
{
    /// <summary>
    /// How often one call tries to change a head that others keep changing. Their changes take several storage
    /// requests, ours two, so nearly every call succeeds.
    /// </summary>
    private const int Tries = 16;

    private static readonly (string Prefix, string Role)[] Roles =
    [
        (RowKeys.MemberPrefix, Memberships.Member),
        (RowKeys.DelegatePrefix, Memberships.Delegate),
        (RowKeys.LeftPrefix, Memberships.Left),
    ];

    /// <summary>The tombstone, read after this call began; null if the group exists or never did.</summary>
    public async Task<GroupTombstone?> FindAsync(string partition, CancellationToken cancellation) =>
        await groups.ReadHeadAsync(partition, cancellation) is { IsTombstone: true } row
            ? row.VerifyTombstone(await keyring.RootAsync(cancellation))
            : null;

    /// <summary>
    /// Replaces the head of a deleted account's group with a tombstone. Also writes one if there is no head yet, so
    /// that a creation in progress fails.
    /// </summary>
    /// <returns>False if others kept changing the head: the next run retries.</returns>
    public async Task<bool> TryEndAsync(AccountTombstone account, string group, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var row = await groups.ReadHeadAsync(group, cancellation);
            if (row is { IsTombstone: true })
                return true;
            if (row is not null)
                await CheckOwnerAsync(account, group, row, cancellation);
            var end = row?.ToTombstone() ?? GroupTombstone.OfMissing(group);
            var change = new PartitionChange(groups.Table);
            change.WriteHead(end.ToRow(change.Id, await keyring.RootAsync(cancellation)), end.ETag);
            if (await change.CommitAsync(cancellation))
                return true;
        }

        return false;
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
            var pending = Of(RowKeys.EventPrefix).Select(row => new EventRow(row)).ToAsyncEnumerable();
            await events.DrainAsync(groups.Table, pending, cancellation);
            foreach (var (prefix, role) in Roles)
                await RemoveFromIndexAsync(
                    tombstone,
                    role,
                    [.. Of(prefix).Select(row => RowKeys.AccountOf(row.RowKey)).OfType<string>()],
                    cancellation);
            // Deletes invalid events, and moved ones that are not deleted yet.
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
        var indexed = await Bounded.SelectAsync(
            accounts,
            (account, limit) => tables.Memberships.GetAsync(
                account, RowKeys.Membership(account, role, tombstone.Partition), limit),
            cancellation);

        // While the group is not recreated, these rows belong to the deleted one.
        if (!await IsUnchangedAsync(tombstone, cancellation))
            return;
        await Bounded.ForEachAsync(
            [.. indexed.OfType<TableEntity>()],
            (row, limit) => tables.Memberships.DeleteAsync(row.PartitionKey, row.RowKey, limit, row.ETag),
            cancellation);
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

    /// <summary>
    /// The index grants nothing, and the key that signed the head was destroyed, so at least the head's id must name
    /// the account.
    /// </summary>
    private async Task CheckOwnerAsync(
        AccountTombstone account, string group, UnverifiedGroup head, CancellationToken cancellation)
    {
        if (!GroupId.TryParse(head.Id, allowLocalhost: true, out var id)
            || await partitions.OfAsync(id, cancellation) != group
            || await partitions.OfAsync(id.Owner, cancellation) != account.Partition
            || head.Generation > account.Generation)
            throw TamperedException.At(
                Tables.GroupsName, "an account's index names a group that the account does not own");
    }

    private async Task<bool> IsUnchangedAsync(GroupTombstone tombstone, CancellationToken cancellation) =>
        (await FindAsync(tombstone.Partition, cancellation))?.ETag == tombstone.ETag;
}
