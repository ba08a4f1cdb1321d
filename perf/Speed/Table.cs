using System.Text.Json;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Prints the table.</summary>
internal static class Table
{
    private const int NameWidth = 32;

    public static void PrintHead() => Console.WriteLine(
        $"{"",-NameWidth} {"req/s",7} {"keys/s",7} {"p50 ms",7} {"p99 ms",7} {"failed",6} | "
        + $"{"app µs",6} {"own",6} {"host",5} {"store",5} {"wrk",4} | {"MB",4} {"bytes",6} | "
        + $"{"store",5} {"reads",5} {"vault",5} {"DID",5} | {"floor",5} {"store",5}");

    public static void Print(string name, IReadOnlyList<Run> runs) => Console.WriteLine(
        $"{name,-NameWidth} {Statistics.Median(runs, run => run.PerSecond),7:0} {"",7} "
        + $"{Statistics.Median(runs, run => run.P50),7:0.00} "
        + $"{Statistics.Median(runs, run => run.P99),7:0.00} {runs.Sum(run => run.Failures),6} |");

    /// <param name="row">The row.</param>
    /// <param name="before">The same row of an earlier run; null if there is none.</param>
    public static void Print(Row row, Row? before) => Console.WriteLine(
        $"{row.Name,-NameWidth} {row.PerSecond,7:0} {row.UnitsPerSecond,7:0} {row.P50,7:0.00} {row.P99,7:0.00} "
        + $"{row.Failures,6} | "
        + $"{row.AppMicros,6:0} {row.OwnMicros,6:0} {row.HostMicros,5:0} {row.StoreMicros,5:0} "
        + $"{row.GeneratorMicros,4:0} | {row.Megabytes,4:0} {row.Counts.Bytes,6:0} | "
        + $"{row.Counts.Store,5:0.00} {row.Counts.Reads,5:0.00} {row.Counts.Vault,5:0.00} {row.Counts.Did,5:0.00} | "
        + $"{row.OfFloor,5:0.00} {row.OfStore,5:0.00}"
        + (before is null ? "" : $" | {row.PerSecond / before.PerSecond:0.00} of {before.PerSecond:0}"));

    /// <summary>Reads the rows of an earlier run.</summary>
    public static IReadOnlyDictionary<string, Row> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.GetProperty("figures").GetProperty("rows")
            .Deserialize<Row[]>(JsonSerializerOptions.Web)!.ToDictionary(row => row.Name);
    }
}
