using AtpKeyserver.Accounts;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;

namespace AtpKeyserver.Groups.Access;

/// <summary>
/// Reads groups by their heads. Each read begins after the call; concurrent callers share it and its verification.
/// </summary>
public sealed class GroupReader
{
    /// <summary>Maximum number of heads in memory: about 30 MB.</summary>
    private const int WrittenCapacity = 20_000;

    /// <summary>How long no head of a group is recalled after another process has changed the group.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly GroupTable _groups;
    private readonly AccountKeys _accounts;
    private readonly Keyring _keyring;
    private readonly TimeProvider _clock;
    private readonly CoalescedReads<GroupId, Group?> _byId;
    private readonly CoalescedReads<string, Group?> _byPartition;
    private readonly BoundedCache<string, WrittenHead> _written = new(WrittenCapacity);

    public GroupReader(GroupTable groups, AccountKeys accounts, Keyring keyring, TimeProvider clock)
    {
        _groups = groups;
        _accounts = accounts;
        _keyring = keyring;
        _clock = clock;
        _byId = new(ReadNowAsync);
        _byPartition = new(ReadNowAsync);
    }

    /// <summary>The group; null if there is none.</summary>
    /// <exception cref="TamperedException">The head failed verification.</exception>
    public Task<Group?> ReadAsync(GroupId id, CancellationToken cancellation) => _byId.ReadAsync(id, cancellation);

    /// <summary>A group by the partition key that an index row names; null if there is none.</summary>
    /// <exception cref="TamperedException">The head failed verification.</exception>
    public Task<Group?> ReadAsync(string partition, CancellationToken cancellation) =>
        _byPartition.ReadAsync(partition, cancellation);

    /// <summary>
    /// The group as this process last wrote it, which others may have changed since; null if it did not. Only for a
    /// change by the owner that fails unless the head still has this ETag.
    /// </summary>
    public async ValueTask<Group?> RecallAsync(GroupId id, CancellationToken cancellation) =>
        _written.Find(await _groups.PartitionOfAsync(id, cancellation)) is { Head: { } head } written
        && await _accounts.FindAsync(id.Owner, written.Generation, cancellation) is { } key
            ? new Group(id, head, key)
            : null;

    /// <summary>Remembers a head that this process has just written.</summary>
    /// <param name="head">With its new ETag.</param>
    /// <param name="generation">The generation of the key that signed it.</param>
    public void Remember(GroupHead head, int generation)
    {
        if (_written.Find(head.Partition) is { Head: null } other && _clock.GetElapsedTime(other.Since) < Pause)
            return;
        _written.Set(head.Partition, new WrittenHead(head, generation, _clock.GetTimestamp()));
    }

    /// <summary>
    /// Forgets the head after the group has ended or another process has changed it. That process may change it again,
    /// and a change that fails because of an outdated head costs more than a read: none is remembered for a minute.
    /// </summary>
    public void Forget(string partition) =>
        _written.Set(partition, new WrittenHead(null, 0, _clock.GetTimestamp()));

    private async Task<Group?> ReadNowAsync(GroupId id, CancellationToken cancellation)
    {
        var partition = await _groups.PartitionOfAsync(id, cancellation);
        if (await ReadHeadAsync(partition, cancellation) is { } head)
            return await OpenAsync(id, head, cancellation);
        // Timing must not tell a stranger that the group does not exist, so the owner's key is looked up here, too.
        await _accounts.EqualizeTimingAsync(id.Owner, cancellation);
        return null;
    }

    private async Task<Group?> ReadNowAsync(string partition, CancellationToken cancellation)
    {
        if (await ReadHeadAsync(partition, cancellation) is not { } head)
            return null;
        return GroupId.TryParse(head.Id, allowLocalhost: true, out var id)
            && await _groups.PartitionOfAsync(id, cancellation) == partition
            ? await OpenAsync(id, head, cancellation)
            : throw TamperedException.At(_groups.Table.Name, "a head names another group");
    }

    /// <summary>Null without a head and for a tombstone.</summary>
    private async Task<UnverifiedGroup?> ReadHeadAsync(string partition, CancellationToken cancellation)
    {
        var head = await _groups.ReadHeadAsync(partition, cancellation);
        if (head is not { IsTombstone: true })
            return head;
        head.VerifyTombstone(await _keyring.RootAsync(cancellation));
        return null;
    }

    /// <summary>Null if the owner's account was deleted since.</summary>
    private async Task<Group?> OpenAsync(GroupId id, UnverifiedGroup head, CancellationToken cancellation) =>
        await _accounts.FindAsync(id.Owner, head.Generation, cancellation) is { } key
            ? new Group(id, head.Verify(key), key)
            : null;

    /// <param name="Head">Null if it was forgotten.</param>
    /// <param name="Generation">The generation of the key that signed it.</param>
    /// <param name="Since">When it was written or forgotten, as a timestamp of the clock.</param>
    private sealed record WrittenHead(GroupHead? Head, int Generation, long Since);
}
