using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Removes a deleted account from the group of another account. The owner's log shows it as leaving.</summary>
public sealed class MembershipRemoval(GroupTable groups, GroupAccess access, GroupWriter writer)
{
    /// <summary>How often one call tries a group that others keep changing.</summary>
    private const int Tries = 16;

    /// <param name="account">The partition key of the account.</param>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="role">The account's role in the group.</param>
    /// <param name="cancellation">Safe to cancel at any point; a later call resumes.</param>
    /// <returns>False if others kept changing the group: retry later.</returns>
    public async Task<bool> TryLeaveAsync(string account, string group, string role, CancellationToken cancellation)
    {
        var rowKey = role == Memberships.Member ? RowKeys.Member(group, account) : RowKeys.Delegate(group, account);
        try
        {
            return await TryRemoveAsync(group, role, rowKey, cancellation);
        }
        catch (TamperedException)
        {
            // Delete the row even if the group was tampered with, since it grants a right.
            await groups.Table.DeleteAsync(group, rowKey, cancellation);
            throw;
        }
    }

    private async Task<bool> TryRemoveAsync(string group, string role, string rowKey, CancellationToken cancellation)
    {
        if (await access.FindAsync(group, cancellation) is not { Id: var id })
            return true;
        using var lease = await writer.EnterAsync(id, cancellation);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await access.FindAsync(group, cancellation) is not { } found)
                return true;
            var row = await groups.Table.GetAsync(group, rowKey, cancellation);
            // Also without a row: the new epoch defeats a concurrent addition that has only written its index row.
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

    /// <summary>The events for the owner's log; none for a former delegate, which was removed earlier.</summary>
    private static AccessEvent[] EventsOf(TableEntity? row, Group group, string role)
    {
        if (row is null)
            return [];
        var isMember = role == Memberships.Member;
        var did = isMember ? GroupMember.Verify(row, group.Key).Did
            : GroupDelegate.Verify(row, group.Key) is { IsFormer: false } found ? found.Did
            : null;
        if (did is null)
            return [];
        if (!Did.TryParse(did, allowLocalhost: true, out var leaver))
            throw TamperedException.At("groups", "a row has an invalid DID");
        var action = isMember ? AccessAction.RemoveMember : AccessAction.RemoveDelegate;
        return [new AccessEvent(group.Id.Value, action, new Caller(leaver), Target: did)];
    }
}
