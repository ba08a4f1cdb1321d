using AtpKeyserver.Concurrency;
using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// The groups table: one partition per group, with its head, key versions, members, delegates and pending events.
/// </summary>
public sealed class GroupTable
{
    private const string HeadPrefix = "head";

    private readonly PartitionKeys _partitions;
    private readonly CoalescedReads<string, TableEntity?> _heads;

    public GroupTable(Tables tables, PartitionKeys partitions)
    {
        _partitions = partitions;
        Table = tables.Groups;
        Versions = new KeyVersionTable(tables.Groups, SealPurpose.GroupKey);
        _heads = new(ReadHeadNowAsync);
    }

    public Table Table { get; }

    public KeyVersionTable Versions { get; }

    public ValueTask<string> PartitionOfAsync(GroupId id, CancellationToken cancellation) =>
        _partitions.OfAsync(id, cancellation);

    /// <summary>
    /// The head row, read after this call began, not verified: the row itself names the owner, whose key verifies it.
    /// Never coalesced.
    /// </summary>
    public async Task<TableEntity?> ReadHeadAsync(GroupId id, CancellationToken cancellation) =>
        await ReadHeadNowAsync(await _partitions.OfAsync(id, cancellation), cancellation);

    /// <summary>The same, but coalesced: concurrent callers share the row, so it must not be changed.</summary>
    public Task<TableEntity?> ReadHeadAsync(string partition, CancellationToken cancellation) =>
        _heads.ReadAsync(partition, cancellation);

    private Task<TableEntity?> ReadHeadNowAsync(string partition, CancellationToken cancellation) =>
        Table.GetAsync(partition, RowKeys.Head(partition), cancellation);

    /// <summary>The heads of all groups, also deleted ones, after this partition.</summary>
    public IAsyncEnumerable<UnverifiedGroup> ScanHeadsAsync(string after, CancellationToken cancellation) =>
        Table.ScanAsync(HeadPrefix, cancellation, after).Select(row => new UnverifiedGroup(row));

    /// <summary>The delegate's row, not verified.</summary>
    public async Task<TableEntity?> ReadDelegateAsync(GroupId id, Did account, CancellationToken cancellation)
    {
        var partition = await _partitions.OfAsync(id, cancellation);
        return await Table.GetAsync(
            partition, RowKeys.Delegate(partition, await _partitions.OfAsync(account, cancellation)), cancellation);
    }

    /// <summary>The departure row of an account, not verified.</summary>
    public async Task<TableEntity?> ReadDepartureAsync(Group group, Did account, CancellationToken cancellation)
    {
        var (partition, own) = (group.Head.Partition, await _partitions.OfAsync(account, cancellation));
        return await Table.GetAsync(partition, RowKeys.Left(partition, own), cancellation);
    }

    /// <summary>The member's row, not verified.</summary>
    public async Task<TableEntity?> ReadMemberAsync(GroupId id, Did member, CancellationToken cancellation)
    {
        var partition = await _partitions.OfAsync(id, cancellation);
        return await Table.GetAsync(
            partition, RowKeys.Member(partition, await _partitions.OfAsync(member, cancellation)), cancellation);
    }
}
