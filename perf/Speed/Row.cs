using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>A row: medians of all rounds.</summary>
/// <param name="Name">Of the scenario.</param>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="P50">Median latency in ms.</param>
/// <param name="P99">99th percentile of the latency in ms.</param>
/// <param name="Failures">Of all rounds.</param>
/// <param name="AppMicros">CPU of the app, the Functions worker, for each answer, in µs.</param>
/// <param name="HostMicros">That of the Functions host.</param>
/// <param name="StoreMicros">That of Azurite.</param>
/// <param name="GeneratorMicros">That of wrk.</param>
/// <param name="Megabytes">Of the app in RAM after the last round.</param>
/// <param name="OfFloor">Its rate as a part of the empty function's.</param>
/// <param name="OwnMicros">CPU of the app beyond that of an empty function, for each answer, in µs.</param>
/// <param name="OfStore">Its rate as a part of the store's: reads a second ÷ requests for one answer.</param>
/// <param name="Counts">For each answer.</param>
internal sealed record Row(
    string Name,
    double PerSecond,
    double P50,
    double P99,
    long Failures,
    double AppMicros,
    double HostMicros,
    double StoreMicros,
    double GeneratorMicros,
    double Megabytes,
    double OfFloor,
    double OwnMicros,
    double? OfStore,
    Counts Counts)
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
