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

    private readonly GroupTable _groups;
    private readonly AccountKeys _accounts;
    private readonly Keyring _keyring;
    private readonly CoalescedReads<GroupId, Group?> _byId;
    private readonly CoalescedReads<string, Group?> _byPartition;
    private readonly BoundedCache<string, WrittenHead> _written = new(WrittenCapacity);

    public GroupReader(GroupTable groups, AccountKeys accounts, Keyring keyring)
    {
        _groups = groups;
        _accounts = accounts;
        _keyring = keyring;
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
        _written.Find(await _groups.PartitionOfAsync(id, cancellation)) is var (head, generation)
        && await _accounts.FindAsync(id.Owner, generation, cancellation) is { } key
            ? new Group(id, head, key)
            : null;

    /// <summary>Remembers a head that this process has just written.</summary>
    /// <param name="head">With its new ETag.</param>
    /// <param name="generation">The generation of the key that signed it.</param>
    public void Remember(GroupHead head, int generation) =>
        _written.Set(head.Partition, new WrittenHead(head, generation));

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

    private sealed record WrittenHead(GroupHead Head, int Generation);
}
