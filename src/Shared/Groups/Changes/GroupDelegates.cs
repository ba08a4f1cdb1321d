using System.Security.Cryptography;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Adds and removes delegates.</summary>
public sealed class GroupDelegates(
    GroupAccess access,
    GroupRoles roles,
    AdditionRules rules,
    AdditionBudget budget,
    GroupWriter writer,
    Memberships memberships,
    PartitionKeys partitions,
    TimeProvider clock)
{
    private const int ActorIdBytes = 8;

    /// <summary>Gives an account these permissions, which replace any earlier ones.</summary>
    /// <param name="caller">The owner.</param>
    /// <param name="id">The group.</param>
    /// <param name="account">The delegate.</param>
    /// <param name="permissions">At least one.</param>
    /// <param name="expires">Expiry, to the millisecond; null for none.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task AddAsync(
        Caller caller,
        GroupId id,
        Did account,
        Permissions permissions,
        DateTimeOffset? expires,
        CancellationToken cancellation)
    {
        var accessEvent = new AccessEvent(id.Value, AccessAction.AddDelegate, caller, Target: account.Value);
        using var held = await writer.LockAsync(id, caller, EnterAsync, cancellation);
        var isCounted = false;
        while (true)
        {
            var group = await EnterAsync();
            if (account == id.Owner)
                throw new KeyserverException(
                    ErrorName.InvalidRequest, "The owner has all permissions and cannot be a delegate.");
            var now = clock.GetUtcNow();
            if (expires <= now)
                throw new KeyserverException(ErrorName.InvalidRequest, "expires_at must be in the future.");

            // Before any write: a denied addition leaves the index unchanged.
            await rules.CheckDelegateAsync(account, cancellation);
            var before = await roles.FindDelegateRowAsync(group, account, cancellation);
            if (!isCounted)
                await budget.TakeAsync(caller.Did, account, cancellation);
            isCounted = true;
            await memberships.PutAsync(account, Memberships.Delegate, group.Head.Partition, cancellation);
            var next = group.Head.NextEpoch();
            var granted = new GroupDelegate(
                account.Value,
                next.Incarnation,
                next.Epoch,
                permissions,
                expires,
                now,
                before?.ActorId ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ActorIdBytes)),
                before?.HasAdded ?? false);
            var row = granted.ToRow(next.Partition, await partitions.OfAsync(account, cancellation), group.Key);
            if (await writer.TryCommitAsync(next, group.Key, [accessEvent], change => change.Put(row), cancellation))
                return;
        }

        Task<Group> EnterAsync() => access.EnterAsOwnerAsync(id, accessEvent, cancellation);
    }

    /// <summary>
    /// Removes a delegate; called by the owner or the delegate itself. Once this returns, the delegate's calls are
    /// denied.
    /// </summary>
    public async Task RemoveAsync(Caller caller, GroupId id, Did account, CancellationToken cancellation)
    {
        var accessEvent = new AccessEvent(id.Value, AccessAction.RemoveDelegate, caller, Target: account.Value);
        using var held = await writer.LockAsync(id, caller, EnterAsync, cancellation);
        while (true)
        {
            var (group, own) = await EnterAsync();
            if (group is null)
                throw GroupAccess.NotFound();
            var found = own ?? await roles.FindDelegateRowAsync(group, account, cancellation);
            if (found is null && !await roles.StillExistsAsync(group, cancellation))
                continue;
            if (found is not { IsFormer: false })
                throw new KeyserverException(ErrorName.DelegateNotFound, "The account is not a delegate.");

            var next = group.Head.NextEpoch();
            var former = found with { Epoch = next.Epoch, Permissions = Permissions.None, Expires = null };
            var row = former.ToRow(next.Partition, await partitions.OfAsync(account, cancellation), group.Key);
            var indexed = await memberships.FindAsync(
                account, Memberships.Delegate, group.Head.Partition, cancellation);
            if (!await writer.TryCommitAsync(next, group.Key, [accessEvent], Write, cancellation))
                continue;
            // The index must lead to every row that names the account, so it stays as long as the row does.
            if (!found.HasAdded)
                await memberships.DeleteAsync(indexed, cancellation);
            return;

            void Write(PartitionChange change)
            {
                if (found.HasAdded)
                    change.Put(row);
                else
                    change.Delete(row.RowKey);
            }
        }

        async Task<(Group? Group, GroupDelegate? Own)> EnterAsync()
        {
            var (group, own) = await roles.FindDelegateAsync(id, caller.Did, cancellation);
            // An expired delegate may still remove itself.
            return caller.Did == id.Owner || (own is not null && caller.Did == account)
                ? (group, own)
                : throw await access.RefuseAsync(group, accessEvent, hasRole: own is not null, cancellation);
        }
    }
}
