using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>A row: medians of all rounds.</summary>
/// <param name="Name">The scenario's name.</param>
/// <param name="PerSecond">Responses per second.</param>
/// <param name="Units">Keys or members of each request.</param>
/// <param name="P50">Median latency in ms.</param>
/// <param name="P99">99th percentile of the latency in ms.</param>
/// <param name="Failures">Failures of all rounds.</param>
/// <param name="AppMicros">CPU time of the app (the Functions worker) per response, in µs.</param>
/// <param name="HostMicros">CPU time of the Functions host.</param>
/// <param name="StoreMicros">CPU time of Azurite.</param>
/// <param name="GeneratorMicros">CPU time of wrk.</param>
/// <param name="Megabytes">Resident memory of the app after the last round.</param>
/// <param name="OfFloor">The rate relative to the empty function's.</param>
/// <param name="OwnMicros">The app's CPU time per response minus that of an empty function, in µs.</param>
/// <param name="OfStore">The rate relative to the store's: reads per second ÷ requests per response.</param>
/// <param name="Counts">Counts per response.</param>
internal sealed record Row(
    string Name,
    double PerSecond,
    int Units,
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
    public double UnitsPerSecond => PerSecond * Units;

    /// <param name="name">The row's name.</param>
    /// <param name="rounds">The measurements.</param>
    /// <param name="floor">The row of the empty function; null for that row.</param>
    /// <param name="reads">Reads per second of Azurite alone.</param>
    /// <param name="counts">Counts per response.</param>
    /// <param name="units">Keys or members of each request.</param>
    public static Row Of(
        string name, IReadOnlyList<Round> rounds, Row? floor, double reads, Counts counts, int units = 1)
    {
        var perSecond = Statistics.Median(rounds, round => round.Load.PerSecond);
        var appMicros = Micros(round => round.App);
        return new Row(
            name,
            perSecond,
            units,
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
