using AtpKeyserver.AccessLog;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Groups;

/// <summary>
/// Reads many group keys in one call, each as <see cref="GroupKeys.GetAsync"/> would, but creates no group. A failure
/// of one group fails only its keys, and a failure of one lane of the access log only the keys that it records.
/// </summary>
public sealed class GroupKeyBatch(
    GroupTable groups, GroupAccess access, EarlierVersions earlier, AccessLogWriter log, TimeProvider clock)
{
    public const int MaxKeys = 100;

    /// <summary>Groups read concurrently by one call.</summary>
    private const int GroupsAtOnce = 16;

    /// <summary>For one group, so that those behind it have time.</summary>
    private static readonly TimeSpan GroupLimit = TimeSpan.FromSeconds(4);

    /// <summary>For all groups, so that the log has time.</summary>
    private static readonly TimeSpan GroupsLimit = TimeSpan.FromSeconds(5);

    /// <summary>For everything: less than the deadline of the request, which would fail all keys.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6.5);

    /// <summary>
    /// Opens each key for its owner or a member, and records the reads. Each key then has a secret or a failure.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="keys">The keys, which the caller of this method must dispose.</param>
    /// <param name="isProbe">A HEAD request: records nothing.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task ReadAsync(
        Caller caller, IReadOnlyList<RequestedKey> keys, bool isProbe, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        await FindAllAsync(caller, keys, cancellation);
        foreach (var key in keys)
            key.Open(groups.Versions);
        if (isProbe)
            return;
        using var recording = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        await RecordAsync(caller, [.. keys.Where(key => key.Secret is not null)], recording.Token, cancellation);
    }

    private async Task FindAllAsync(Caller caller, IReadOnlyList<RequestedKey> keys, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(GroupsLimit, clock);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = GroupsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(keys.GroupBy(key => key.Group), parallel, async (group, stop) =>
        {
            using var own = new CancellationTokenSource(GroupLimit, clock);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token, own.Token);
            try
            {
                any.Token.ThrowIfCancellationRequested();
                await FindAsync(caller, group.Key, [.. group], any.Token);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                foreach (var key in group.Where(key => !key.IsDecided))
                    key.Fail(e);
            }
        });
    }

    private async Task FindAsync(
        Caller caller, GroupId id, IReadOnlyList<RequestedKey> keys, CancellationToken cancellation)
    {
        var requested = new AccessEvent(id.Value, AccessAction.Read, caller);
        while (keys.Count > 0)
        {
            var group = await access.EnterAsReaderAsync(id, requested, cancellation);
            foreach (var key in keys.Where(key => group.Head.IsActive(key.Asked)))
                key.Find(group, group.Head.Active);
            keys = [.. keys.Where(key => !key.IsDecided)];
            var found = await earlier.FindAsync(group, [.. keys.Select(key => key.Asked!.Value)], cancellation);
            // The group has been deleted since.
            if (found is null)
                continue;
            foreach (var key in keys)
                key.Find(group, found[key.Asked!.Value]);
            return;
        }
    }

    private async Task RecordAsync(
        Caller caller,
        IReadOnlyList<RequestedKey> keys,
        CancellationToken limit,
        CancellationToken cancellation)
    {
        var written = log.WriteAll(keys.Select(key =>
            (new AccessEvent(key.Group.Value, AccessAction.Read, caller, key.Version), key.OwnerKey)));
        foreach (var (key, entry) in keys.Zip(written))
        {
            try
            {
                await entry.WaitAsync(limit);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                key.Fail(e);
            }
        }
    }
}
