using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

/// <summary>The groups table: one partition a group, with its head, key versions, members and events that are not drained yet.</summary>
public sealed class GroupTable
{
    private readonly PartitionKeys _partitions;
    private readonly SharedReads<string, TableEntity?> _heads;

    public GroupTable(Tables tables, PartitionKeys partitions)
    {
        _partitions = partitions;
        Table = tables.Groups;
        Versions = new KeyVersionRows(tables.Groups, SealPurpose.GroupKey);
        _heads = new((partition, cancellation) => Table.GetAsync(partition, RowKeys.Head(partition), cancellation));
    }

    public Table Table { get; }

    public KeyVersionRows Versions { get; }

    /// <summary>
    /// The head row as it is after this call, not verified: whose key verifies it stands in it. Concurrent callers share a read, and so the row,
    /// which nobody may change.
    /// </summary>
    public async Task<TableEntity?> ReadHeadAsync(GroupId id, CancellationToken cancellation) =>
        await ReadHeadAsync(await _partitions.OfAsync(id, cancellation), cancellation);

    public Task<TableEntity?> ReadHeadAsync(string partition, CancellationToken cancellation) => _heads.ReadAsync(partition, cancellation);

    /// <summary>The member's row, not verified.</summary>
    public async Task<TableEntity?> ReadMemberAsync(GroupId id, Did member, CancellationToken cancellation)
    {
        var partition = await _partitions.OfAsync(id, cancellation);
        return await Table.GetAsync(partition, RowKeys.Member(partition, await _partitions.OfAsync(member, cancellation)), cancellation);
    }
}
