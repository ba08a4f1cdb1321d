using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

/// <summary>The groups table: one partition a group, with its head, key versions, members and events that are not drained yet.</summary>
public sealed class GroupTable
{
    private readonly SharedReads<string, TableEntity?> _heads;

    public GroupTable(Tables tables)
    {
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
    public Task<TableEntity?> ReadHeadAsync(GroupId id, CancellationToken cancellation) =>
        _heads.ReadAsync(RowKeys.Partition(id.Value), cancellation);

    /// <summary>The member's row, not verified.</summary>
    public Task<TableEntity?> ReadMemberAsync(GroupId id, Did member, CancellationToken cancellation)
    {
        var partition = RowKeys.Partition(id.Value);
        return Table.GetAsync(partition, RowKeys.Member(partition, member.Value), cancellation);
    }
}
