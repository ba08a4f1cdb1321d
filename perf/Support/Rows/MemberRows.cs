using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using Azure.Data.Tables;

namespace AtpKeyserver.Perf.Support.Rows;

/// <summary>Adds members to a group.</summary>
internal static class MemberRows
{
    public static async Task WriteAsync(string groupId, int count, CancellationToken cancellation)
    {
        using var product = ProductHost.Create();
        var group = await product.FindAsync(groupId, cancellation);
        var (table, partitions) = (product.Get<GroupTable>().Table, product.Get<PartitionKeys>());
        await Batches.WriteAsync(count, async (numbers, limit) =>
        {
            var rows = new List<TableEntity>(Batches.Size);
            foreach (var number in numbers)
                rows.Add(await RowAsync(partitions, group, $"did:web:member{number}.example.com", limit));
            await table.PutAllAsync(rows, limit);
        }, cancellation);
    }

    public static async Task<TableEntity> RowAsync(
        PartitionKeys partitions, Group group, string member, CancellationToken cancellation)
    {
        Did.TryParse(member, allowLocalhost: true, out var did);
        var row = new GroupMember(
            member, group.Head.Incarnation, group.Head.Epoch, TimeProvider.System.GetUtcNow(), GroupMember.ByOwner);
        return row.ToRow(group.Head.Partition, await partitions.OfAsync(did, cancellation), group.Key);
    }
}
