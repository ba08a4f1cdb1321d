using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Adds and removes members.</summary>
public sealed class GroupMembers(
    GroupAccess access,
    GroupRoles roles,
    AdditionRules rules,
    AdditionBudget budget,
    GroupWriter writer,
    GroupVersions versions,
    Memberships memberships,
    PartitionKeys partitions,
    RateLimits limits,
    TimeProvider clock)
{
    /// <summary>Adds a member; called by the owner or a delegate.</summary>
    public async Task AddAsync(Caller caller, GroupId id, Did member, CancellationToken cancellation)
    {
        var accessEvent = new AccessEvent(id.Value, AccessAction.AddMember, caller, Target: member.Value);
        using var held = await writer.LockAsync(id, caller, EnterAsync, cancellation);
        // By a leftover row of an earlier incarnation.
        var isTaken = false;
        var isCounted = false;
        while (true)
        {
            var (group, by) = await EnterAsync();
            // Before any write: a denied addition leaves the index unchanged.
            if (member == id.Owner || await roles.FindMemberRowAsync(id, group, member, cancellation) is not null)
                throw new KeyserverException(ErrorName.MemberAlreadyExists, "The account is already a member.");
            await rules.CheckMemberAsync(group, member, cancellation);
            if (!isCounted)
                await budget.TakeAsync(caller.Did, member, cancellation);
            isCounted = true;

            await memberships.PutAsync(member, Memberships.Member, group.Head.Partition, cancellation);
            var next = group.Head.NextEpoch();
            var added = new GroupMember(
                member.Value, next.Incarnation, next.Epoch, clock.GetUtcNow(), by?.ActorId ?? GroupMember.ByOwner);
            var row = added.ToRow(next.Partition, await partitions.OfAsync(member, cancellation), group.Key);
            var actor = by is { HasAdded: false }
                ? (by with { HasAdded = true }).ToRow(
                    next.Partition, await partitions.OfAsync(caller.Did, cancellation), group.Key)
                : null;
            if (await writer.TryCommitAsync(next, group.Key, [accessEvent], Write, cancellation))
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

        Task<(Group Group, GroupDelegate? By)> EnterAsync() =>
            access.EnterAsDelegateAsync(id, accessEvent, Permissions.AddMember, cancellation);
    }

    /// <summary>
    /// Removes a member; called by the owner, a delegate or the member. Once this returns, reads by that member are
    /// denied. A member that removed itself cannot be added again for 30 days.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="id">The group.</param>
    /// <param name="member">The member to remove.</param>
    /// <param name="rotate">
    /// Create a new key version in the same transaction; a delegate needs both permissions.
    /// </param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The new version; null without rotation.</returns>
    /// <exception cref="RateLimitExceededException">
    /// Too many rotations; the member can still be removed without one.
    /// </exception>
    public async Task<int?> RemoveAsync(
        Caller caller, GroupId id, Did member, bool rotate, CancellationToken cancellation)
    {
        var accessEvent = new AccessEvent(id.Value, AccessAction.RemoveMember, caller, Target: member.Value);
        using var held = await writer.LockAsync(id, caller, EnterAsync, cancellation);
        var isCharged = !rotate;
        while (true)
        {
            var (group, found) = await EnterAsync();
            if (group is null)
                throw GroupAccess.NotFound();
            if (member == id.Owner)
                throw new KeyserverException(ErrorName.InvalidRequest, "The owner cannot be removed from the group.");
            if (found is null && !await roles.StillExistsAsync(group, cancellation))
                continue;
            if (found is null)
                throw new KeyserverException(ErrorName.MemberNotFound, "The account is not a member.");

            if (!isCharged)
                limits.TakeRotation(caller.Did, id.Value, id.Owner);
            isCharged = true;
            var next = rotate ? versions.Rotate(group) : group.Head.NextEpoch();
            AccessEvent[] events = rotate ? [accessEvent, GroupVersions.RotateEvent(id, caller, next)] : [accessEvent];
            var indexed = await memberships.FindAsync(member, Memberships.Member, group.Head.Partition, cancellation);
            var account = await partitions.OfAsync(member, cancellation);
            var now = clock.GetUtcNow();
            var isOwnCall = caller.Did == member;
            if (isOwnCall)
                await memberships.PutLeftAsync(member, next.Partition, now, cancellation);
            if (!await writer.TryCommitAsync(next, group.Key, events, Write, cancellation))
                continue;
            await memberships.DeleteAsync(indexed, cancellation);
            return rotate ? next.Active.Version : null;

            void Write(PartitionChange change)
            {
                change.Delete(RowKeys.Member(next.Partition, account));
                if (isOwnCall)
                    change.Put(new GroupDeparture(next.Incarnation, now).ToRow(next.Partition, account, group.Key));
                if (rotate)
                    versions.Insert(change, next, group.Key);
            }
        }

        async Task<(Group? Group, GroupMember? Member)> EnterAsync()
        {
            var (group, by) = await roles.FindDelegateAsync(id, caller.Did, cancellation);
            var found = await roles.FindMemberRowAsync(id, group, member, cancellation);
            var isMember = found is not null && caller.Did == member;
            var needed = Permissions.RemoveMember | (rotate ? Permissions.RotateKey : Permissions.None);
            return (isMember && !rotate) || access.May(id, caller.Did, by, needed)
                ? (group, found)
                : throw await access.RefuseAsync(group, accessEvent, hasRole: by is not null || isMember, cancellation);
        }
    }
}
