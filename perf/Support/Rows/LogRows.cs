using System.Globalization;
using AtpKeyserver.Audit;
using AtpKeyserver.Groups;
using AtpKeyserver.Identity;
using AtpKeyserver.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Perf.Export;

/// <summary>Writes the access log of a group as its members' reads would have, spread evenly over the last days. In a process of its own, as Seed.</summary>
internal static class LogSeed
{
    private const int Batch = 100;
    private const int Writers = 8;

    /// <summary><c>log {group} {rows} {days}</c>.</summary>
    public static async Task RunAsync(string[] args, CancellationToken cancellation)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.ClearProviders();
        builder.Services.AddKeyserver(builder.Configuration);
        using var host = builder.Build();
        GroupId.TryParse(args[1], allowLocalhost: true, out var id);
        var group = (await host.Services.GetRequiredService<GroupAccess>().EnterAsync(id, id.Owner, cancellation)).Group!;
        var tables = host.Services.GetRequiredService<Tables>();
        var (rows, days) = (int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
        var midnight = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var stem = LogRow.Stem(group.Key, id.Value);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, rows).Chunk(Batch),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellation },
            async (numbers, limit) =>
            {
                // One day to a batch: a transaction has one table.
                var day = midnight.AddDays(-1 - (numbers[0] / Batch % days));
                var table = tables.AccessLog(day);
                await table.PutAllAsync([.. numbers.Select(number => Row(number, day.AddMilliseconds(number)))], limit);
                Azure.Data.Tables.TableEntity Row(int number, DateTimeOffset time)
                {
                    Did.TryParse($"did:web:member{number % 100_000}.example.com", allowLocalhost: false, out var member);
                    var read = new AccessEvent(
                        id.Value, AccessAction.Read, new Caller(member, "203.0.113.0", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"), 1);
                    return LogRow.Seal(
                        table.Name, LogRow.Partition(stem), LogRow.Key(stem, time, $"{number:x16}"), LogRow.Details(read, AccessNames.Granted), group.Key);
                }
            });
    }
}
