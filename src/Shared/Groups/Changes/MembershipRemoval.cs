using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Takes a deleted account out of somebody else's group, as if it had left: the owner's log says so.</summary>
public sealed class MembershipRemoval(GroupTable groups, GroupAccess access, GroupWriter writer)
{
    /// <summary>How often one call tries to change a group that others keep changing.</summary>
    private const int Tries = 16;

    /// <param name="account">The partition key of the account.</param>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="role">What it is to the group.</param>
    /// <param name="cancellation">Stops it at any point: it goes on another time.</param>
    /// <returns>False where others changed the group each time: it goes on another time.</returns>
    public async Task<bool> TryLeaveAsync(string account, string group, string role, CancellationToken cancellation)
    {
        var rowKey = role == Memberships.Member ? RowKeys.Member(group, account) : RowKeys.Delegate(group, account);
        try
        {
            return await TryRemoveAsync(group, role, rowKey, cancellation);
        }
        catch (TamperedException)
        {
            // Whatever somebody did to the group: the row goes, and with it a right.
            await groups.Table.DeleteAsync(group, rowKey, cancellation);
            throw;
        }
    }

    private async Task<bool> TryRemoveAsync(string group, string role, string rowKey, CancellationToken cancellation)
    {
        if (await access.FindAsync(group, cancellation) is not { Id: var id })
            return true;
        using var turn = await writer.EnterAsync(id, cancellation);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await access.FindAsync(group, cancellation) is not { } found)
                return true;
            var row = await groups.Table.GetAsync(group, rowKey, cancellation);
            // Also where no row stands: the new epoch defeats an addition that is under way and has only written its index row.
            var next = found.Head with { Epoch = found.Head.Epoch + 1 };
            if (await writer.TryCommitAsync(next, found.Key, EventsOf(row, found, role), Remove, cancellation))
                return true;

            void Remove(PartitionChange change)
            {
                if (row is not null)
                    change.Delete(rowKey);
            }
        }

        return false;
    }

    /// <summary>What the owner's log says; nothing of a former delegate, who left long ago.</summary>
    private static AccessEvent[] EventsOf(TableEntity? row, Group group, string role)
    {
        if (row is null)
            return [];
        var isMember = role == Memberships.Member;
        var did = isMember ? GroupMember.Verify(row, group.Key).Did : GroupDelegate.Verify(row, group.Key) is { IsFormer: false } found ? found.Did : null;
        if (did is null)
            return [];
        if (!Did.TryParse(did, allowLocalhost: true, out var leaver))
            throw TamperedException.At("groups", "a row names nobody");
        var action = isMember ? AccessAction.RemoveMember : AccessAction.RemoveDelegate;
        return [new AccessEvent(group.Id.Value, action, new Caller(leaver), Target: did)];
    }
}
