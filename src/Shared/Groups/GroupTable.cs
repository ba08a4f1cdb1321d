using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

/// <summary>The groups table: one partition a group, with its head, key versions, members and events that are not drained yet.</summary>
public sealed class GroupTable(Tables tables)
{
    public Table Table => tables.Groups;

    public KeyVersionRows Versions { get; } = new(tables.Groups, SealPurpose.GroupKey);

    /// <summary>The head row, not verified: whose key verifies it stands in it.</summary>
    public Task<TableEntity?> ReadHeadAsync(GroupId id, CancellationToken cancellation)
    {
        var partition = RowKeys.Partition(id.Value);
        return Table.GetAsync(partition, RowKeys.Head(partition), cancellation);
    }

    /// <summary>The member's row, not verified.</summary>
    public Task<TableEntity?> ReadMemberAsync(GroupId id, Did member, CancellationToken cancellation)
    {
        var partition = RowKeys.Partition(id.Value);
        return Table.GetAsync(partition, RowKeys.Member(partition, member.Value), cancellation);
    }
}
