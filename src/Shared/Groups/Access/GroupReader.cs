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
    private readonly GroupTable _groups;
    private readonly AccountKeys _accounts;
    private readonly Keyring _keyring;
    private readonly CoalescedReads<GroupId, Group?> _byId;
    private readonly CoalescedReads<string, Group?> _byPartition;

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
}
