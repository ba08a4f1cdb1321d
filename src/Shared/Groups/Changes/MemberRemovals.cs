using AtpKeyserver.AccessLog;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups.Changes;

/// <summary>
/// Removes members. Once a removal returns, reads by those members are denied. A member that removed itself cannot be
/// added again for 30 days.
/// </summary>
public sealed class MemberRemovals(
    GroupAccess access,
    GroupRoles roles,
    GroupWriter writer,
    GroupVersions versions,
    Memberships memberships,
    PartitionKeys partitions,
    RateLimits limits,
    TimeProvider clock)
{
    /// <summary>Removes a member; called by the owner, a delegate or the member.</summary>
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
        var (removed, version) = await RemoveAllAsync(caller, id, [member], rotate, cancellation);
        return removed.Count > 0
            ? version
            : throw new KeyserverException(ErrorName.MemberNotFound, "The account is not a member.");
    }

    /// <summary>
    /// Removes members in one transaction, all or none. Nothing changes for accounts that are not members; if none is,
    /// there is no rotation either. Otherwise as <see cref="RemoveAsync"/>.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="id">The group.</param>
    /// <param name="members">At most <see cref="MemberAdditions.MaxAtOnce"/>, each once.</param>
    /// <param name="rotate">Create a new key version in the same transaction.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>Those that were removed, and the new version.</returns>
    public async Task<(IReadOnlyCollection<Did> Removed, int? Version)> RemoveAllAsync(
        Caller caller, GroupId id, IReadOnlyList<Did> members, bool rotate, CancellationToken cancellation)
    {
        var requested = MemberEvents.Requested(id, AccessAction.RemoveMember, caller, members);
        using var held = await writer.LockAsync(id, caller, EnterAsync, cancellation);
        var isCharged = !rotate;
        while (true)
        {
            var (group, found) = await EnterAsync();
            if (group is null)
                throw GroupAccess.NotFound();
            if (members.Contains(id.Owner))
                throw new KeyserverException(ErrorName.InvalidRequest, "The owner cannot be removed from the group.");
            if (found.Count < members.Count && !await roles.StillExistsAsync(group, cancellation))
                continue;
            if (found.Count == 0)
                return ([], null);

            if (!isCharged)
                limits.TakeRotation(caller.Did, id.Value, id.Owner);
            isCharged = true;
            var now = clock.GetUtcNow();
            var isLeaving = found.Contains(caller.Did);
            var next = rotate ? versions.Rotate(group) : group.Head.NextEpoch();
            if (isLeaving)
            {
                next = next.AfterLeaving(now);
                await memberships.PutLeftAsync(caller.Did, next.Partition, now, cancellation);
            }

            var indexed = await Bounded.SelectAsync(
                found,
                (did, limit) => memberships.FindAsync(did, Memberships.Member, next.Partition, limit),
                cancellation);
            var accounts = await Bounded.SelectAsync(
                found, (did, limit) => partitions.OfAsync(did, limit).AsTask(), cancellation);
            var accessEvent = MemberEvents.Of(id, AccessAction.RemoveMember, caller, found);
            AccessEvent[] events = rotate ? [accessEvent, GroupVersions.RotateEvent(id, caller, next)] : [accessEvent];
            if (!await writer.TryCommitAsync(next, group.Key, events, Write, cancellation))
                continue;
            await Bounded.ForEachAsync(indexed, memberships.DeleteAsync, cancellation);
            return (found, rotate ? next.Active.Version : null);

            void Write(PartitionChange change)
            {
                foreach (var (did, account) in found.Zip(accounts))
                {
                    change.Delete(RowKeys.Member(next.Partition, account));
                    if (did == caller.Did)
                        change.Put(new GroupDeparture(next.Incarnation, now).ToRow(next.Partition, account, group.Key));
                }

                if (rotate)
                    versions.Insert(change, next, group.Key);
            }
        }

        async Task<(Group? Group, IReadOnlyList<Did> Found)> EnterAsync()
        {
            var (group, by) = await roles.FindDelegateAsync(id, caller.Did, cancellation);
            var needed = Permissions.RemoveMember | (rotate ? Permissions.RotateKey : Permissions.None);
            var mayAll = access.May(id, caller.Did, by, needed);
            // A stranger's call reads no rows of others.
            var isOwn = members is [var only] && only == caller.Did;
            var rows = await Bounded.SelectAsync(
                mayAll || isOwn ? members : [],
                (did, limit) => roles.FindMemberRowAsync(id, group, did, limit),
                cancellation);
            Did[] found = [.. members.Zip(rows).Where(pair => pair.Second is not null).Select(pair => pair.First)];
            var isMember = isOwn && found.Length > 0;
            return mayAll || (isMember && !rotate)
                ? (group, found)
                : throw await access.RefuseAsync(group, requested, hasRole: by is not null || isMember, cancellation);
        }
    }
}
