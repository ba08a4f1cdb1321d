using AtpKeyserver.AccessLog;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Deletes groups: one transaction puts a tombstone in the place of the head, and from then on the group is gone for everybody, on every instance.
/// Its rows are removed after that, here or by a timer.
/// </summary>
public sealed class GroupDeletion(
    GroupAccess access,
    GroupWriter writer,
    GroupSweep sweep,
    UnfinishedDeletions unfinished,
    PartitionKeys partitions,
    Keyring keyring,
    TimeProvider clock,
    ILogger<GroupDeletion> logger)
{
    /// <summary>How long a request goes on removing rows.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <exception cref="Errors.KeyserverException">Forbidden; GroupNotFound, also while the rows of the last one are being removed.</exception>
    public async Task DeleteAsync(Caller caller, GroupId id, CancellationToken cancellation)
    {
        var owner = await partitions.OfAsync(id.Owner, cancellation);
        var partition = await CommitAsync(caller, id, owner, cancellation);
        await TimeBoxedWork.TryRunAsync(limit => FinishAsync(partition, owner, limit), Patience, clock, logger, cancellation);
    }

    /// <summary>Removes what is left of a deleted group. May be repeated, by anybody.</summary>
    /// <param name="partition">Of the group.</param>
    /// <param name="owner">The partition key of its owner's account.</param>
    /// <param name="cancellation">Stops it at any point: it goes on another time.</param>
    public async Task FinishAsync(string partition, string owner, CancellationToken cancellation)
    {
        // Read first: a row that is written after it belongs to a later deletion, and stays.
        var work = await unfinished.FindAsync(UnfinishedDeletions.Groups, partition, cancellation);
        if (await sweep.FindAsync(partition, cancellation) is not { } tombstone)
        {
            await unfinished.RemoveIfOldAsync(work, cancellation);
            return;
        }

        if (!tombstone.IsSwept)
        {
            await sweep.ClearAsync(tombstone, cancellation);
            await sweep.RemoveFromIndexAsync(tombstone, Memberships.Owner, [owner], cancellation);
            await sweep.MarkSweptAsync(tombstone, cancellation);
        }

        await unfinished.RemoveAsync(work, cancellation);
    }

    private async Task<string> CommitAsync(Caller caller, GroupId id, string owner, CancellationToken cancellation)
    {
        var happens = new AccessEvent(id.Value, AccessAction.Delete, caller);
        // Callers who are refused must not make others wait for the group's turn.
        if (caller.Did != id.Owner)
            _ = await access.EnterAsOwnerAsync(id, happens, cancellation);
        using var turn = await writer.EnterAsync(id, cancellation);
        while (true)
        {
            var group = await access.EnterAsOwnerAsync(id, happens, cancellation);
            var head = group.Head;
            var end = new GroupTombstone(head.Partition, head.Incarnation, head.Epoch + 1, head.Active.Version, IsSwept: false, head.ETag);
            await unfinished.PutAsync(UnfinishedDeletions.Groups, end.Partition, owner, cancellation);
            if (await writer.TryCommitAsync(end, await keyring.RootAsync(cancellation), group.Key, happens, cancellation))
                return end.Partition;
        }
    }
}
