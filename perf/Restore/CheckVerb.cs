using AtpKeyserver.Groups;
using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Perf.Restore;

/// <summary>Whether the server believes each member of a group after the restore; in a process of its own, with the app's environment.</summary>
internal static class Check
{
    public static async Task<int> RunAsync(string text, int expected, CancellationToken cancellation)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.ClearProviders();
        builder.Services.AddKeyserver(builder.Configuration);
        using var host = builder.Build();
        GroupId.TryParse(text, allowLocalhost: true, out var id);
        var (group, _) = await host.Services.GetRequiredService<GroupAccess>().EnterAsync(id, id.Owner, cancellation);
        var good = 0;
        var table = host.Services.GetRequiredService<GroupTable>().Table;
        await foreach (var row in table.QueryAsync(group!.Head.Partition, "m:", cancellation))
        {
            RowMac.Verify(row, table.Name, group.Key);
            good++;
        }

        Console.WriteLine($"{good:N0} members can be read");
        return good == expected ? 0 : 1;
    }
}
