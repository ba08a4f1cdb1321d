using System.Globalization;
using AtpKeyserver.Groups;
using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Perf.Lists;

/// <summary>
/// Writes what calls would have written, with the product's own classes and many rows to a transaction. It runs in a process of its own, with the
/// app's environment: so it opens and signs with the app's keys.
/// </summary>
internal static class Seed
{
    private const int Batch = 100;
    private const int Writers = 8;

    /// <summary><c>seed members {group} {count}</c>, <c>seed groups {owner's group} {member} {count}</c>.</summary>
    public static async Task RunAsync(string[] args, CancellationToken cancellation)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.ClearProviders();
        builder.Services.AddKeyserver(builder.Configuration);
        using var host = builder.Build();
        var services = host.Services;
        var group = await FindAsync(services, args[2], cancellation);
        if (args[1] == "members")
            await AddMembersAsync(services, group, int.Parse(args[3], CultureInfo.InvariantCulture), cancellation);
        else
            await AddGroupsAsync(services, group, args[3], int.Parse(args[4], CultureInfo.InvariantCulture), cancellation);
    }

    private static async Task<Group> FindAsync(IServiceProvider services, string text, CancellationToken cancellation)
    {
        GroupId.TryParse(text, allowLocalhost: true, out var id);
        return (await services.GetRequiredService<GroupAccess>().EnterAsync(id, id.Owner, cancellation)).Group!;
    }

    private static Task AddMembersAsync(IServiceProvider services, Group group, int count, CancellationToken cancellation)
    {
        var table = services.GetRequiredService<GroupTable>().Table;
        return BatchesAsync(count, async (numbers, limit) =>
        {
            var rows = new List<TableEntity>(Batch);
            foreach (var number in numbers)
                rows.Add(await MemberRowAsync(services, group, $"did:web:member{number}.example.com", limit));
            await table.PutAllAsync(rows, limit);
        }, cancellation);
    }

    private static async Task AddGroupsAsync(IServiceProvider services, Group like, string member, int count, CancellationToken cancellation)
    {
        var (groups, versions) = (services.GetRequiredService<GroupTable>(), services.GetRequiredService<GroupVersions>());
        var (partitions, tables) = (services.GetRequiredService<PartitionKeys>(), services.GetRequiredService<Tables>());
        Did.TryParse(member, allowLocalhost: true, out var did);
        var account = await partitions.OfAsync(did, cancellation);
        await BatchesAsync(count, async (numbers, limit) =>
        {
            var index = new List<TableEntity>(Batch);
            foreach (var number in numbers)
            {
                GroupId.TryParse($"{like.Id}{number}", allowLocalhost: true, out var id);
                var partition = await partitions.OfAsync(id, limit);
                var version = versions.New(partition, 1, like.Key);
                var head = new GroupHead(partition, id.Value, 1, 1, version, version.Created, ChangeId: null, ETag: null);
                var group = new Group(id, head, like.Key);
                await groups.Table.PutAllAsync(
                    [head.ToRow("seed", like.Key), versions.Row(head, like.Key), await MemberRowAsync(services, group, member, limit)], limit);
                index.Add(new TableEntity(account, RowKeys.Membership(account, Memberships.Member, partition)) { ["Group"] = partition });
            }

            await tables.Memberships.PutAllAsync(index, limit);
        }, cancellation);
    }

    private static async Task<TableEntity> MemberRowAsync(IServiceProvider services, Group group, string member, CancellationToken cancellation)
    {
        Did.TryParse(member, allowLocalhost: true, out var did);
        var row = new GroupMember(
            member, group.Head.Incarnation, group.Head.Epoch, TimeProvider.System.GetUtcNow(), GroupMember.ByOwner);
        return row.ToRow(group.Head.Partition, await services.GetRequiredService<PartitionKeys>().OfAsync(did, cancellation), group.Key);
    }

    private static Task BatchesAsync(int count, Func<int[], CancellationToken, ValueTask> write, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count).Chunk(Batch),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellation },
            write);
}
