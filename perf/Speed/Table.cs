using System.Text.Json;

namespace AtpKeyserver.Perf.Speed;

/// <summary>A row: medians of all rounds.</summary>
/// <param name="Name">Of the scenario.</param>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="P50">Half of the answers took at most so many ms.</param>
/// <param name="P99">99 of 100 did.</param>
/// <param name="Failures">Of all rounds.</param>
/// <param name="AppMicros">CPU of the app, the Functions worker, for each answer, in µs.</param>
/// <param name="HostMicros">That of the Functions host.</param>
/// <param name="StoreMicros">That of Azurite.</param>
/// <param name="GeneratorMicros">That of wrk.</param>
/// <param name="Megabytes">Of the app in RAM after the last round.</param>
/// <param name="OfFloor">Its rate as a part of the empty function's.</param>
/// <param name="OwnMicros">CPU of the app beyond that of an empty function, for each answer, in µs.</param>
/// <param name="OfStore">Its rate as a part of what the store can give: reads a second ÷ requests that one answer takes.</param>
/// <param name="Counts">For each answer.</param>
internal sealed record Row(
    string Name, double PerSecond, double P50, double P99, long Failures, double AppMicros, double HostMicros, double StoreMicros,
    double GeneratorMicros, double Megabytes, double OfFloor, double OwnMicros, double? OfStore, Counts Counts)
{
    /// <param name="name">Of the row.</param>
    /// <param name="rounds">What was measured.</param>
    /// <param name="floor">The row of the empty function; null for itself.</param>
    /// <param name="reads">What Azurite alone reads in a second.</param>
    /// <param name="counts">For each answer.</param>
    public static Row Of(string name, IReadOnlyList<Round> rounds, Row? floor, double reads, Counts counts)
    {
        var perSecond = Statistics.Median(rounds, round => round.Load.PerSecond);
        var appMicros = Micros(round => round.App);
        return new Row(
            name,
            perSecond,
            Statistics.Median(rounds, round => round.Load.P50),
            Statistics.Median(rounds, round => round.Load.P99),
            rounds.Sum(round => round.Load.Failures),
            appMicros,
            Micros(round => round.Host),
            Micros(round => round.Store),
            Micros(round => round.Load.Cpu),
            rounds[^1].Megabytes,
            floor is null ? 1 : perSecond / floor.PerSecond,
            floor is null ? 0 : appMicros - floor.AppMicros,
            counts.Store > 0 ? perSecond / (reads / counts.Store) : null,
            counts);

        double Micros(Func<Round, double> seconds) =>
            Statistics.Median(rounds, round => seconds(round) / round.Load.Requests * 1e6);
    }
}

internal static class Statistics
{
    public static double Median<T>(IEnumerable<T> all, Func<T, double> of)
    {
        var sorted = all.Select(of).Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}

/// <summary>The table on the console.</summary>
internal static class Table
{
    private const int NameWidth = 32;

    public static void PrintHead() => Console.WriteLine(
        $"{"",-NameWidth} {"req/s",7} {"p50 ms",7} {"p99 ms",7} {"failed",6} | {"app µs",6} {"own",6} {"host",5} {"store",5} {"wrk",4} | {"MB",4} {"bytes",6} | "
        + $"{"store",5} {"reads",5} {"vault",5} {"DID",5} | {"floor",5} {"store",5}");

    public static void Print(string name, IReadOnlyList<Run> runs) => Console.WriteLine(
        $"{name,-NameWidth} {Statistics.Median(runs, run => run.PerSecond),7:0} {Statistics.Median(runs, run => run.P50),7:0.00} "
        + $"{Statistics.Median(runs, run => run.P99),7:0.00} {runs.Sum(run => run.Failures),6} |");

    /// <param name="row">What was measured.</param>
    /// <param name="before">The same row of an earlier run; null where there is none.</param>
    public static void Print(Row row, Row? before) => Console.WriteLine(
        $"{row.Name,-NameWidth} {row.PerSecond,7:0} {row.P50,7:0.00} {row.P99,7:0.00} {row.Failures,6} | "
        + $"{row.AppMicros,6:0} {row.OwnMicros,6:0} {row.HostMicros,5:0} {row.StoreMicros,5:0} {row.GeneratorMicros,4:0} | {row.Megabytes,4:0} {row.Counts.Bytes,6:0} | "
        + $"{row.Counts.Store,5:0.00} {row.Counts.Reads,5:0.00} {row.Counts.Vault,5:0.00} {row.Counts.Did,5:0.00} | {row.OfFloor,5:0.00} {row.OfStore,5:0.00}"
        + (before is null ? "" : $" | {row.PerSecond / before.PerSecond:0.00} of {before.PerSecond:0}"));

    /// <summary>The rows of an earlier run's file.</summary>
    public static IReadOnlyDictionary<string, Row> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.GetProperty("figures").GetProperty("rows")
            .Deserialize<Row[]>(JsonSerializerOptions.Web)!.ToDictionary(row => row.Name);
    }
}
