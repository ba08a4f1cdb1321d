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
/// Deletes groups. One transaction replaces the head with a tombstone: from then on, the group does not exist for
/// anyone, on any instance. Its rows are removed afterwards, in the request or by a timer.
/// </summary>
public sealed class GroupDeletion(
    GroupAccess access,
    GroupWriter writer,
    DeletedGroupTable deleted,
    DeletionTable unfinished,
    PartitionKeys partitions,
    Keyring keyring,
    TimeProvider clock,
    ILogger<GroupDeletion> logger)
{
    /// <summary>How long a request removes rows.</summary>
    private static readonly TimeSpan SweepTime = TimeSpan.FromSeconds(4);

    /// <exception cref="Errors.KeyserverException">
    /// Forbidden; GroupNotFound, also while the rows of a deleted group are being removed.
    /// </exception>
    public async Task DeleteAsync(Caller caller, GroupId id, CancellationToken cancellation)
    {
        var owner = await partitions.OfAsync(id.Owner, cancellation);
        var partition = await CommitAsync(caller, id, owner, cancellation);
        await TimeBoxedWork.TryRunAsync(
            limit => FinishAsync(partition, owner, limit), SweepTime, clock, logger, cancellation);
    }

    /// <summary>Removes the remaining rows of a deleted group. Safe to repeat, also concurrently.</summary>
    /// <param name="partition">The group's partition.</param>
    /// <param name="owner">The partition key of its owner's account.</param>
    /// <param name="cancellation">Safe to cancel at any point; a later call resumes.</param>
    public async Task FinishAsync(string partition, string owner, CancellationToken cancellation)
    {
        // Read first: a row written after this belongs to a later deletion and stays.
        var work = await unfinished.FindAsync(DeletionTable.Groups, partition, cancellation);
        if (await deleted.FindAsync(partition, cancellation) is not { } tombstone)
        {
            await unfinished.RemoveIfOldAsync(work, cancellation);
            return;
        }

        if (!tombstone.IsSwept)
        {
            await deleted.ClearAsync(tombstone, cancellation);
            await deleted.RemoveFromIndexAsync(tombstone, Memberships.Owner, [owner], cancellation);
            await deleted.MarkSweptAsync(tombstone, cancellation);
        }

        await unfinished.RemoveAsync(work, cancellation);
    }

    private async Task<string> CommitAsync(Caller caller, GroupId id, string owner, CancellationToken cancellation)
    {
        var accessEvent = new AccessEvent(id.Value, AccessAction.Delete, caller);
        using var held = await writer.LockAsync(id, caller, EnterAsync, cancellation);
        while (true)
        {
            var group = await EnterAsync();
            var head = group.Head;
            var end = new GroupTombstone(
                head.Partition, head.Incarnation, head.Epoch + 1, head.Active.Version, IsSwept: false, head.ETag);
            await unfinished.PutAsync(DeletionTable.Groups, end.Partition, owner, cancellation);
            if (await writer.TryCommitAsync(
                end, await keyring.RootAsync(cancellation), group.Key, accessEvent, cancellation))
                return end.Partition;
        }

        Task<Group> EnterAsync() => access.EnterAsOwnerAsync(id, accessEvent, cancellation);
    }
}
