using System.Collections.Concurrent;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Adds members.</summary>
public sealed class MemberAdditions(
    GroupTable groups,
    GroupAccess access,
    GroupReader reader,
    AdditionRules rules,
    AdditionBudget budget,
    GroupWriter writer,
    Memberships memberships,
    PartitionKeys partitions,
    TimeProvider clock)
{
    /// <summary>Members per call: with the head and the event, they fit in one transaction.</summary>
    public const int MaxAtOnce = 90;

    /// <summary>Adds a member; called by the owner or a delegate.</summary>
    /// <exception cref="KeyserverException">
    /// MemberAlreadyExists; MemberUnavailable; Forbidden; GroupNotFound.
    /// </exception>
    public async Task AddAsync(Caller caller, GroupId id, Did member, CancellationToken cancellation)
    {
        if ((await AddAllAsync(caller, id, [member], cancellation)).Count == 0)
            throw new KeyserverException(ErrorName.MemberAlreadyExists, "The account is already a member.");
    }

    /// <summary>
    /// Adds members in one transaction, all or none; called by the owner or a delegate. The owner and accounts that are
    /// already members stay as they are.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="id">The group.</param>
    /// <param name="members">At most <see cref="MaxAtOnce"/>, each once.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>Those that were added.</returns>
    /// <exception cref="KeyserverException">MemberUnavailable; Forbidden; GroupNotFound.</exception>
    public async Task<IReadOnlyCollection<Did>> AddAllAsync(
        Caller caller, GroupId id, IReadOnlyList<Did> members, CancellationToken cancellation)
    {
        var requested = MemberEvents.Requested(id, AccessAction.AddMember, caller, members);
        using var held = await writer.LockAsync(id, caller, EnterAsync, cancellation);
        var recalled = caller.Did == id.Owner ? await reader.RecallAsync(id, cancellation) : null;
        // Rows are read only after an insert has failed, or before a refusal: usually there are none.
        var areRowsRead = false;
        var counted = new ConcurrentDictionary<Did, bool>();
        while (true)
        {
            var isRecalled = recalled is not null;
            var (group, by) = recalled is null ? await EnterAgainAsync() : (recalled, null);
            recalled = null;
            var rows = areRowsRead ? await ReadRowsAsync(group, members, cancellation) : [];
            Did[] added = [.. members.Where(did => did != id.Owner && !IsMember(group, rows.GetValueOrDefault(did)))];
            if (added.Length == 0 && isRecalled)
                continue;
            await ReturnAsync(counted.Keys.Except(added));
            if (added.Length == 0)
                return added;
            try
            {
                // Before any write, so that a denied addition leaves the index unchanged. Only an addition that is
                // denied after a conflict has written index rows, which grant nothing.
                await rules.CheckMembersAsync(group, added, cancellation);
                await Bounded.ForEachAsync([.. added.Except(counted.Keys)], CountAsync, cancellation);
            }
            catch (KeyserverException) when (isRecalled || !areRowsRead)
            {
                // The group may have been deleted since, or they are members already.
                areRowsRead = true;
                continue;
            }
            catch (KeyserverException)
            {
                await ReturnAsync(counted.Keys);
                throw;
            }

            await Bounded.ForEachAsync(
                added,
                (did, limit) => memberships.PutAsync(did, Memberships.Member, group.Head.Partition, limit),
                cancellation);
            var next = group.Head.NextEpoch();
            var places = await Bounded.SelectAsync(
                added, (did, limit) => partitions.OfAsync(did, limit).AsTask(), cancellation);
            var actor = by is { HasAdded: false }
                ? (by with { HasAdded = true }).ToRow(
                    next.Partition, await partitions.OfAsync(caller.Did, cancellation), group.Key)
                : null;
            var now = clock.GetUtcNow();
            var accessEvent = MemberEvents.Of(id, AccessAction.AddMember, caller, added);
            if (await writer.TryCommitAsync(next, group.Key, [accessEvent], Write, cancellation))
                return added;

            void Write(PartitionChange change)
            {
                foreach (var (did, place) in added.Zip(places))
                {
                    var row = new GroupMember(
                        did.Value, next.Incarnation, next.Epoch, now, by?.ActorId ?? GroupMember.ByOwner)
                        .ToRow(next.Partition, place, group.Key);
                    // A leftover of an earlier incarnation is replaced.
                    if (rows.ContainsKey(did))
                        change.Put(row);
                    else
                        change.InsertIfFree(row, () => areRowsRead = true);
                }

                if (actor is not null)
                    change.Replace(actor, by!.ETag!.Value);
            }
        }

        // Not cancelled by the refusal of another member: it must be known what was counted.
        async Task CountAsync(Did member, CancellationToken _)
        {
            await budget.TakeAsync(caller.Did, member, cancellation);
            counted[member] = true;
        }

        async Task ReturnAsync(IEnumerable<Did> unused)
        {
            foreach (var member in unused.ToList())
            {
                await budget.ReturnAsync(caller.Did, member, cancellation);
                counted.Remove(member, out _);
            }
        }

        async Task<(Group Group, GroupDelegate? By)> EnterAgainAsync()
        {
            try
            {
                return await EnterAsync();
            }
            catch (KeyserverException)
            {
                await ReturnAsync(counted.Keys);
                throw;
            }
        }

        Task<(Group Group, GroupDelegate? By)> EnterAsync() =>
            access.EnterAsDelegateAsync(id, requested, Permissions.AddMember, cancellation);
    }

    private static bool IsMember(Group group, GroupMember? row) => row?.Incarnation == group.Head.Incarnation;

    private async Task<Dictionary<Did, GroupMember>> ReadRowsAsync(
        Group group, IReadOnlyList<Did> members, CancellationToken cancellation)
    {
        var rows = await Bounded.SelectAsync(
            members, (did, limit) => groups.ReadMemberAsync(group.Id, did, group.Key, limit), cancellation);
        return members.Zip(rows).Where(pair => pair.Second is not null)
            .ToDictionary(pair => pair.First, pair => pair.Second!);
    }
}
