using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// The groups table: one partition per group, with its head, key versions, members, delegates and pending events.
/// </summary>
/// <remarks>
/// Members and delegates are read even without a group (a null key), because timing must not tell a stranger whether
/// there is one; the result is then null.
/// </remarks>
public sealed class GroupTable(Tables tables, PartitionKeys partitions)
{
    public Table Table { get; } = tables.Groups;

    public KeyVersionTable Versions { get; } = new(tables.Groups, SealPurpose.GroupKey);

    public ValueTask<string> PartitionOfAsync(GroupId id, CancellationToken cancellation) =>
        partitions.OfAsync(id, cancellation);

    /// <summary>The head row of a group, read after this call began; null if the group never existed.</summary>
    public async Task<UnverifiedGroup?> ReadHeadAsync(string partition, CancellationToken cancellation) =>
        await Table.GetAsync(partition, RowKeys.Head(partition), cancellation) is { } row
            ? new UnverifiedGroup(row)
            : null;

    /// <summary>The heads of all groups, also deleted ones, after this partition.</summary>
    public IAsyncEnumerable<UnverifiedGroup> ScanHeadsAsync(string after, CancellationToken cancellation) =>
        Table.ScanAsync(RowKeys.HeadPrefix, cancellation, after).Select(row => new UnverifiedGroup(row));

    /// <summary>The row of a member.</summary>
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public async Task<GroupMember?> ReadMemberAsync(
        GroupId id, Did member, SealingKey? key, CancellationToken cancellation)
    {
        var (partition, account) = await PartitionsAsync(id, member, cancellation);
        var row = await Table.GetAsync(partition, RowKeys.Member(partition, account), cancellation);
        return row is null || key is null ? null : GroupMember.Verify(row, key);
    }

    /// <summary>The row of a delegate or former delegate.</summary>
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public async Task<GroupDelegate?> ReadDelegateAsync(
        GroupId id, Did account, SealingKey? key, CancellationToken cancellation)
    {
        var (partition, own) = await PartitionsAsync(id, account, cancellation);
        var row = await Table.GetAsync(partition, RowKeys.Delegate(partition, own), cancellation);
        return row is null || key is null ? null : GroupDelegate.Verify(row, key);
    }

    /// <summary>The departure row of an account that left.</summary>
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public async Task<GroupDeparture?> ReadDepartureAsync(Group group, Did account, CancellationToken cancellation)
    {
        var (partition, own) = await PartitionsAsync(group.Id, account, cancellation);
        var row = await Table.GetAsync(partition, RowKeys.Left(partition, own), cancellation);
        return row is null ? null : GroupDeparture.Verify(row, group.Key);
    }

    /// <summary>A page of the members, without leftovers of earlier incarnations.</summary>
    /// <exception cref="TamperedException">A row failed verification.</exception>
    public async Task<Page<GroupMember>> ReadMembersAsync(
        Group group, string? after, int limit, CancellationToken cancellation)
    {
        var page = await Table.ReadPageAsync(
            group.Head.Partition, RowKeys.MemberPrefix, after, limit, cancellation);
        var members = page.Entries.Select(row => GroupMember.Verify(row, group.Key));
        return new([.. members.Where(member => member.Incarnation == group.Head.Incarnation)], page.Next);
    }

    /// <summary>A page of the delegates and former delegates, without leftovers of earlier incarnations.</summary>
    /// <exception cref="TamperedException">A row failed verification.</exception>
    public async Task<Page<GroupDelegate>> ReadDelegatesAsync(
        Group group, string? after, int limit, CancellationToken cancellation)
    {
        var page = await Table.ReadPageAsync(
            group.Head.Partition, RowKeys.DelegatePrefix, after, limit, cancellation);
        var delegates = page.Entries.Select(row => GroupDelegate.Verify(row, group.Key));
        return new([.. delegates.Where(found => found.Incarnation == group.Head.Incarnation)], page.Next);
    }

    /// <summary>The row that gives an account a role in a group.</summary>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="account">The partition key of the account.</param>
    /// <param name="role">Member or delegate.</param>
    /// <param name="key">The owner's account key.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public async Task<RoleRow?> ReadRoleAsync(
        string group, string account, string role, SealingKey key, CancellationToken cancellation)
    {
        if (await Table.GetAsync(group, RowKeyOf(group, account, role), cancellation) is not { } row)
            return null;
        var did = role == Memberships.Member ? GroupMember.Verify(row, key).Did
            : GroupDelegate.Verify(row, key) is { IsFormer: false } found ? found.Did
            : null;
        return new RoleRow(row.RowKey, did);
    }

    /// <summary>Deletes the row that gives an account a role in a group.</summary>
    public Task DeleteRoleAsync(string group, string account, string role, CancellationToken cancellation) =>
        Table.DeleteAsync(group, RowKeyOf(group, account, role), cancellation);

    private static string RowKeyOf(string group, string account, string role) =>
        role == Memberships.Member ? RowKeys.Member(group, account) : RowKeys.Delegate(group, account);

    private async ValueTask<(string Group, string Account)> PartitionsAsync(
        GroupId id, Did account, CancellationToken cancellation) =>
        (await partitions.OfAsync(id, cancellation), await partitions.OfAsync(account, cancellation));
}
