using AtpKeyserver.Perf.Speed;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Worker;

/// <summary>Medians of a row's rounds.</summary>
/// <param name="Name">The row's name.</param>
/// <param name="PerSecond">Responses per second.</param>
/// <param name="P50">Median latency in ms.</param>
/// <param name="P99">99th percentile of the latency in ms.</param>
/// <param name="WorkerMicros">CPU time of the worker per response.</param>
/// <param name="HostMicros">CPU time of the local host per response.</param>
/// <param name="Megabytes">Resident memory of the worker.</param>
/// <param name="Failures">Failures of all rounds.</param>
internal sealed record RoundSummary(
    string Name,
    double PerSecond,
    double P50,
    double P99,
    double WorkerMicros,
    double HostMicros,
    double Megabytes,
    long Failures)
{
    private const int NameWidth = 54;

    public static RoundSummary Of(string name, IReadOnlyList<Round> rounds) => new(
        name,
        Statistics.Median(rounds, round => round.Load.PerSecond),
        Statistics.Median(rounds, round => round.Load.P50),
        Statistics.Median(rounds, round => round.Load.P99),
        Statistics.Median(rounds, round => round.App / round.Load.Requests * 1e6),
        Statistics.Median(rounds, round => round.Host / round.Load.Requests * 1e6),
        Statistics.Median(rounds, round => round.Megabytes),
        rounds.Sum(round => round.Load.Failures));

    public static void PrintHead() => Console.WriteLine(
        $"{"",-NameWidth} {"req/s",7} {"p50 ms",7} {"p99 ms",7} {"worker µs",9} {"host µs",7} {"MB",5} {"failed",6}");

    public void Print() => Console.WriteLine(
        $"{Name,-NameWidth} {PerSecond,7:0} {P50,7:0.00} {P99,7:0.00} {WorkerMicros,9:0} {HostMicros,7:0} "
        + $"{Megabytes,5:0} {Failures,6}");
}
