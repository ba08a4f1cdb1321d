using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Adding and removing members.</summary>
public sealed class GroupMembers(
    GroupAccess access,
    AdditionRules admission,
    AdditionBudget budget,
    GroupWriter writer,
    GroupVersions versions,
    Memberships memberships,
    PartitionKeys partitions,
    RateLimits limits,
    TimeProvider clock)
{
    /// <summary>Adds a member: by the owner or a delegate.</summary>
    public async Task AddAsync(Caller caller, GroupId id, Did member, CancellationToken cancellation)
    {
        var happens = new AccessEvent(id.Value, AccessAction.AddMember, caller, Target: member.Value);
        // Callers who are refused must not make others wait for the group's turn.
        if (caller.Did != id.Owner)
            _ = await access.EnterAsync(id, happens, Permissions.AddMember, cancellation);
        using var turn = await writer.EnterAsync(id, cancellation);
        // By a row of an earlier incarnation.
        var isTaken = false;
        var isCounted = false;
        while (true)
        {
            var (group, by) = await access.EnterAsync(id, happens, Permissions.AddMember, cancellation);
            // Before anything is written: a refused addition leaves the index as it is.
            if (member == id.Owner || await access.FindMemberAsync(id, group, member, cancellation) is not null)
                throw new KeyserverException(ErrorName.MemberAlreadyExists, "The account is a member already.");
            await admission.CheckMemberAsync(group, member, cancellation);
            if (!isCounted)
                await budget.TakeAsync(caller.Did, member, cancellation);
            isCounted = true;

            await memberships.PutAsync(member, Memberships.Member, group.Head.Partition, cancellation);
            var next = group.Head with { Epoch = group.Head.Epoch + 1 };
            var added = new GroupMember(member.Value, next.Incarnation, next.Epoch, clock.GetUtcNow(), by?.ActorId ?? GroupMember.ByOwner);
            var row = added.ToRow(next.Partition, await partitions.OfAsync(member, cancellation), group.Key);
            var actor = by is { HasAdded: false }
                ? (by with { HasAdded = true }).ToRow(next.Partition, await partitions.OfAsync(caller.Did, cancellation), group.Key)
                : null;
            if (await writer.TryCommitAsync(next, group.Key, [happens], Write, cancellation))
                return;

            void Write(PartitionChange change)
            {
                if (isTaken)
                    change.Put(row);
                else
                    change.InsertIfFree(row, () => isTaken = true);
                if (actor is not null)
                    change.Replace(actor, by!.ETag!.Value);
            }
        }
    }

    /// <summary>
    /// Removes a member: by the owner, a delegate or itself. Once this returns, no later read of that member succeeds.
    /// One that removed itself cannot be added again for 30 days.
    /// </summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The group.</param>
    /// <param name="member">Whom to remove.</param>
    /// <param name="rotate">Make a new key version in the same step; a delegate needs both permissions.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The new version, where one was made.</returns>
    /// <exception cref="RateLimitExceededException">
    /// Too many rotations: the member can still be removed without one.
    /// </exception>
    public async Task<int?> RemoveAsync(Caller caller, GroupId id, Did member, bool rotate, CancellationToken cancellation)
    {
        var happens = new AccessEvent(id.Value, AccessAction.RemoveMember, caller, Target: member.Value);
        if (caller.Did != id.Owner)
            _ = await EnterAsync();
        using var turn = await writer.EnterAsync(id, cancellation);
        var isPaid = !rotate;
        while (true)
        {
            var (group, found) = await EnterAsync();
            if (group is null)
                throw GroupAccess.NotFound();
            if (member == id.Owner)
                throw new KeyserverException(ErrorName.InvalidRequest, "The owner cannot be removed from the group.");
            if (found is null && !await access.StillExistsAsync(group, cancellation))
                continue;
            if (found is null)
                throw new KeyserverException(ErrorName.MemberNotFound, "The account is not a member.");

            if (!isPaid)
                limits.TakeRotation(caller.Did, id.Value, id.Owner);
            isPaid = true;
            var next = rotate ? versions.Rotate(group) : group.Head with { Epoch = group.Head.Epoch + 1 };
            AccessEvent[] events = rotate ? [happens, GroupVersions.RotateEvent(id, caller, next)] : [happens];
            var indexed = await memberships.FindAsync(member, Memberships.Member, group.Head.Partition, cancellation);
            var account = await partitions.OfAsync(member, cancellation);
            var now = clock.GetUtcNow();
            var isOwnWish = caller.Did == member;
            if (isOwnWish)
                await memberships.PutLeftAsync(member, next.Partition, now, cancellation);
            if (!await writer.TryCommitAsync(next, group.Key, events, Write, cancellation))
                continue;
            await memberships.DeleteAsync(indexed, cancellation);
            return rotate ? next.Active.Version : null;

            void Write(PartitionChange change)
            {
                change.Delete(RowKeys.Member(next.Partition, account));
                if (isOwnWish)
                    change.Put(new GroupDeparture(next.Incarnation, now).ToRow(next.Partition, account, group.Key));
                if (rotate)
                    change.Insert(versions.Row(next, group.Key));
            }
        }

        async Task<(Group? Group, GroupMember? Member)> EnterAsync()
        {
            var (group, by) = await access.EnterAsDelegateAsync(id, caller.Did, cancellation);
            var found = await access.FindMemberAsync(id, group, member, cancellation);
            var isMember = found is not null && caller.Did == member;
            var needed = Permissions.RemoveMember | (rotate ? Permissions.RotateKey : Permissions.None);
            return (isMember && !rotate) || access.May(id, caller.Did, by, needed)
                ? (group, found)
                : throw await access.RefuseAsync(group, happens, hasRole: by is not null || isMember, cancellation);
        }
    }
}
