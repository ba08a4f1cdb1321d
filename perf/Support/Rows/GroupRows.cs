using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Perf.Support.Rows;

/// <summary>Creates groups of one owner, each with the same member.</summary>
internal static class GroupRows
{
    /// <param name="groupId">An existing group. The new ids are this id with a number appended.</param>
    /// <param name="member">The DID of their member.</param>
    /// <param name="count">The number of new groups.</param>
    /// <param name="cancellation">Cancels the writes.</param>
    public static async Task WriteAsync(string groupId, string member, int count, CancellationToken cancellation)
    {
        using var product = ProductHost.Create();
        var like = await product.FindAsync(groupId, cancellation);
        var (groups, versions) = (product.Get<GroupTable>(), product.Get<GroupVersions>());
        var (partitions, tables) = (product.Get<PartitionKeys>(), product.Get<Tables>());
        Did.TryParse(member, allowLocalhost: true, out var did);
        var account = await partitions.OfAsync(did, cancellation);
        await Batches.WriteAsync(count, async (numbers, limit) =>
        {
            var index = new List<TableEntity>(Batches.Size);
            foreach (var number in numbers)
            {
                GroupId.TryParse($"{like.Id}{number}", allowLocalhost: true, out var id);
                var partition = await partitions.OfAsync(id, limit);
                var version = versions.New(partition, 1, like.Key);
                var head = new GroupHead(
                    partition, id.Value, 1, 1, version, version.Created, DateTimeOffset.UnixEpoch, null, ETag: null);
                var group = new Group(id, head, like.Key);
                var row = await MemberRows.RowAsync(partitions, group, member, limit);
                var first = groups.Versions.ToRow(partition, version, head.Incarnation, like.Key);
                await groups.Table.PutAllAsync([head.ToRow("seed", like.Key), first, row], limit);
                var key = RowKeys.Membership(account, Memberships.Member, partition);
                index.Add(new TableEntity(account, key) { ["Group"] = partition });
            }

            await tables.Memberships.PutAllAsync(index, limit);
        }, cancellation);
    }
}
