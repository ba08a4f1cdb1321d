using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Removes a deleted account from the group of another account. The owner's log shows it as leaving.</summary>
public sealed class MembershipRemoval(GroupTable groups, GroupReader reader, GroupWriter writer)
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
        try
        {
            return await TryRemoveAsync(account, group, role, cancellation);
        }
        catch (TamperedException)
        {
            // Delete the row even if the group was tampered with, since it grants a right.
            await groups.DeleteRoleAsync(group, account, role, cancellation);
            throw;
        }
    }

    private async Task<bool> TryRemoveAsync(string account, string group, string role, CancellationToken cancellation)
    {
        if (await reader.ReadAsync(group, cancellation) is not { Id: var id })
            return true;
        using var held = await writer.LockAsync(id, cancellation);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await reader.ReadAsync(group, cancellation) is not { } found)
                return true;
            var row = await groups.ReadRoleAsync(group, account, role, found.Key, cancellation);
            AccessEvent[] events = row?.Did is { } did ? [EventOf(found, role, did)] : [];
            // Also without a row: the new epoch defeats a concurrent addition that has only written its index row.
            if (await writer.TryCommitAsync(found.Head.NextEpoch(), found.Key, events, Remove, cancellation))
                return true;

            void Remove(PartitionChange change)
            {
                if (row is not null)
                    change.Delete(row.RowKey);
            }
        }

        return false;
    }

    private static AccessEvent EventOf(Group group, string role, string did)
    {
        if (!Did.TryParse(did, allowLocalhost: true, out var leaver))
            throw TamperedException.At(Tables.GroupsName, "a row has an invalid DID");
        var action = role == Memberships.Member ? AccessAction.RemoveMember : AccessAction.RemoveDelegate;
        return new AccessEvent(group.Id.Value, action, new Caller(leaver), Target: did);
    }
}
