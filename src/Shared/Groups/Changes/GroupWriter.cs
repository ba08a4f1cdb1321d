using AtpKeyserver.AccessLog;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups.Changes;

/// <summary>
/// Writes a change of a group: head, rows and events in one transaction. Then moves the events into the access log.
/// </summary>
public sealed class GroupWriter(
    GroupTable groups, GroupReader reader, AccessLogWriter log, DrainedEvents drained) : IDisposable
{
    private readonly Stripes _locks = new();

    /// <summary>Waits for the lock on this group in this process.</summary>
    /// <param name="id">The group.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="check">
    /// Denies a caller without the right. Called first unless the owner calls: a caller that is denied must not hold
    /// the lock that others wait for.
    /// </param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<IDisposable> LockAsync(
        GroupId id, Caller caller, Func<Task> check, CancellationToken cancellation)
    {
        if (caller.Did != id.Owner)
            await check();
        return await LockAsync(id, cancellation);
    }

    /// <summary>Waits for the lock on this group in this process.</summary>
    public Task<IDisposable> LockAsync(GroupId id, CancellationToken cancellation) =>
        _locks.EnterAsync(id.Value, cancellation);

    /// <param name="next">The new head, with the ETag of the head it replaces.</param>
    /// <param name="key">The owner's account key.</param>
    /// <param name="events">The events of the change, for the access log.</param>
    /// <param name="rows">Adds the other rows to the change.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>False if the group was changed concurrently: read again and retry.</returns>
    public async Task<bool> TryCommitAsync(
        GroupHead next,
        SealingKey key,
        AccessEvent[] events,
        Action<PartitionChange> rows,
        CancellationToken cancellation)
    {
        var change = new PartitionChange(groups.Table);
        change.WriteHead(next.ToRow(change.Id, key), next.ETag);
        rows(change);
        if (!await TryCommitAsync(change, next.Partition, key, events, cancellation))
            return false;
        if (change.HeadETag is { } etag)
            reader.Remember(next with { ChangeId = change.Id, ETag = etag }, key.Number);
        return true;
    }

    /// <summary>Ends a group: replaces its head with a tombstone.</summary>
    public Task<bool> TryCommitAsync(
        GroupTombstone end, SealingKey root, SealingKey key, AccessEvent accessEvent, CancellationToken cancellation)
    {
        reader.Forget(end.Partition);
        var change = new PartitionChange(groups.Table);
        change.WriteHead(end.ToRow(change.Id, root), end.ETag);
        return TryCommitAsync(change, end.Partition, key, [accessEvent], cancellation);
    }

    public void Dispose() => _locks.Dispose();

    private async Task<bool> TryCommitAsync(
        PartitionChange change, string partition, SealingKey key, AccessEvent[] events, CancellationToken cancellation)
    {
        var pending = events.Select(e => log.Pending(partition, change.Id, e, key)).ToArray();
        foreach (var row in pending)
            change.Insert(row.Row);
        var moved = drained.Take(groups.Table, partition, change.Room);
        foreach (var row in moved)
            change.DeleteLeftover(row);

        if (!await change.CommitAsync(cancellation))
        {
            reader.Forget(partition);
            drained.Return(groups.Table, partition, moved);
            await ConflictDelay.WaitAsync(cancellation);
            return false;
        }

        foreach (var row in pending)
            await log.MoveAsync(groups.Table, row, cancellation);
        return true;
    }
}
