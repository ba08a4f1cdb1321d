using AtpKeyserver.Accounts;
using AtpKeyserver.Audit;
using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

/// <summary>Takes a deleted account out of somebody else's group, as if it had left: the owner's log says so.</summary>
public sealed class GroupLeaving(GroupTable groups, AccountKeys accounts, GroupWriter writer, PartitionKeys partitions)
{
    /// <param name="account">The partition key of the account.</param>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="role">What it is to the group.</param>
    /// <param name="cancellation">Stops it at any point: it goes on another time.</param>
    public async Task LeaveAsync(string account, string group, string role, CancellationToken cancellation)
    {
        var rowKey = role == Memberships.Member ? RowKeys.Member(group, account) : RowKeys.Delegate(group, account);
        try
        {
            await RemoveAsync(group, role, rowKey, cancellation);
        }
        catch (TamperedException)
        {
            // Whatever somebody did to the group: the row goes, and with it a right.
            await groups.Table.DeleteAsync(group, rowKey, cancellation);
            throw;
        }
    }

    private async Task RemoveAsync(string group, string role, string rowKey, CancellationToken cancellation)
    {
        while (await FindAsync(group, cancellation) is { } found)
        {
            using var turn = await writer.EnterAsync(found.Id, cancellation);
            var row = await groups.Table.GetAsync(group, rowKey, cancellation);
            if (row is not null)
                RowMac.Verify(row, groups.Table.Name, found.Key);

            // Also where no row stands: the new epoch defeats an addition that is under way and has only written its index row.
            var next = found.Head with { Epoch = found.Head.Epoch + 1 };
            AccessEvent[] events = row is null ? [] : [EventOf(row, found.Id, role)];
            if (await writer.TryCommitAsync(next, found.Key, events, Remove, cancellation))
                return;

            void Remove(PartitionChange change)
            {
                if (row is not null)
                    change.Delete(rowKey);
            }
        }
    }

    private static AccessEvent EventOf(TableEntity row, GroupId group, string role)
    {
        var did = row.GetString(nameof(GroupMember.Did));
        if (!Did.TryParse(did, allowLocalhost: true, out var leaver))
            throw TamperedException.At("groups", "a member's row names nobody");
        var action = role == Memberships.Member ? AccessAction.RemoveMember : AccessAction.RemoveDelegate;
        return new AccessEvent(group.Value, action, new Caller(leaver), Target: did);
    }

    private async Task<Group?> FindAsync(string partition, CancellationToken cancellation)
    {
        if (await groups.ReadHeadAsync(partition, cancellation) is not { } row || !GroupHead.IsActive(row))
            return null;
        if (!GroupId.TryParse(GroupHead.UnverifiedId(row), allowLocalhost: true, out var id) || await partitions.OfAsync(id, cancellation) != partition)
            throw TamperedException.At(groups.Table.Name, "a head names another group");
        var key = await accounts.FindAsync(id.Owner, UnverifiedColumns.GenerationOf(row, groups.Table.Name), cancellation);
        return key is null ? null : new Group(id, GroupHead.Verify(row, key), key);
    }
}
