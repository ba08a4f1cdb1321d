using System.Security.Cryptography;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Giving rights to delegates, and taking them away.</summary>
public sealed class GroupDelegates(
    GroupAccess access,
    AdditionRules admission,
    AdditionBudget budget,
    GroupWriter writer,
    Memberships memberships,
    PartitionKeys partitions,
    TimeProvider clock)
{
    private const int ActorIdBytes = 8;

    /// <summary>Gives an account these permissions, instead of those that it had.</summary>
    /// <param name="caller">The owner.</param>
    /// <param name="id">The group.</param>
    /// <param name="account">Who gets them.</param>
    /// <param name="permissions">At least one.</param>
    /// <param name="expires">Until when, to the millisecond; null for ever.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task AddAsync(
        Caller caller, GroupId id, Did account, Permissions permissions, DateTimeOffset? expires, CancellationToken cancellation)
    {
        var happens = new AccessEvent(id.Value, AccessAction.AddDelegate, caller, Target: account.Value);
        // Callers who are refused must not make others wait for the group's turn.
        if (caller.Did != id.Owner)
            _ = await access.EnterAsOwnerAsync(id, happens, cancellation);
        using var turn = await writer.EnterAsync(id, cancellation);
        var isCounted = false;
        while (true)
        {
            var group = await access.EnterAsOwnerAsync(id, happens, cancellation);
            if (account == id.Owner)
                throw new KeyserverException(ErrorName.InvalidRequest, "The owner has every right already and cannot be a delegate.");
            var now = clock.GetUtcNow();
            if (expires <= now)
                throw new KeyserverException(ErrorName.InvalidRequest, "expires_at must be in the future.");

            // Before anything is written: a refused addition leaves the index as it is.
            await admission.CheckDelegateAsync(account, cancellation);
            var before = await access.FindDelegateAsync(group, account, cancellation);
            if (!isCounted)
                await budget.TakeAsync(caller.Did, account, cancellation);
            isCounted = true;
            await memberships.PutAsync(account, Memberships.Delegate, group.Head.Partition, cancellation);
            var next = group.Head with { Epoch = group.Head.Epoch + 1 };
            var given = new GroupDelegate(
                account.Value,
                next.Incarnation,
                next.Epoch,
                permissions,
                expires,
                now,
                before?.ActorId ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ActorIdBytes)),
                before?.HasAdded ?? false);
            var row = given.ToRow(next.Partition, await partitions.OfAsync(account, cancellation), group.Key);
            if (await writer.TryCommitAsync(next, group.Key, [happens], change => change.Put(row), cancellation))
                return;
        }
    }

    /// <summary>Takes a delegate's rights away: by the owner or the delegate itself. Once this returns, nothing that it asks for is done.</summary>
    public async Task RemoveAsync(Caller caller, GroupId id, Did account, CancellationToken cancellation)
    {
        var happens = new AccessEvent(id.Value, AccessAction.RemoveDelegate, caller, Target: account.Value);
        if (caller.Did != id.Owner)
            _ = await EnterAsync();
        using var turn = await writer.EnterAsync(id, cancellation);
        while (true)
        {
            var (group, own) = await EnterAsync();
            if (group is null)
                throw GroupAccess.NotFound();
            var found = own ?? await access.FindDelegateAsync(group, account, cancellation);
            if (found is null && !await access.StillExistsAsync(group, cancellation))
                continue;
            if (found is not { IsFormer: false })
                throw new KeyserverException(ErrorName.DelegateNotFound, "The account is not a delegate.");

            var next = group.Head with { Epoch = group.Head.Epoch + 1 };
            var former = found with { Epoch = next.Epoch, Permissions = Permissions.None, Expires = null };
            var row = former.ToRow(next.Partition, await partitions.OfAsync(account, cancellation), group.Key);
            var indexed = await memberships.FindAsync(account, Memberships.Delegate, group.Head.Partition, cancellation);
            if (!await writer.TryCommitAsync(next, group.Key, [happens], Write, cancellation))
                continue;
            // The index leads to every row that names the account, so it stays as long as the row does.
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
            var (group, own) = await access.EnterAsDelegateAsync(id, caller.Did, cancellation);
            // An expired delegate may remove itself, too.
            return caller.Did == id.Owner || (own is not null && caller.Did == account)
                ? (group, own)
                : throw await access.RefuseAsync(group, happens, hasRole: own is not null, cancellation);
        }
    }
}
