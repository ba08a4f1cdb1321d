using System.Text.Json.Serialization;
using AtpKeyserver.Perf.Speed;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Keys;

/// <summary>A point of a chart, with the medians of its rounds.</summary>
/// <param name="Count">Keys in a call, or stored groups.</param>
/// <param name="Scenario">What is measured.</param>
internal sealed record Point(int Count, [property: JsonIgnore] Scenario Scenario)
{
    [JsonIgnore]
    public List<Round> Rounds { get; } = [];

    /// <summary>Responses per second.</summary>
    public double PerSecond => Statistics.Median(Rounds, round => round.Load.PerSecond);

    public double KeysPerSecond => PerSecond * Scenario.Units;

    public double P50 => Statistics.Median(Rounds, round => round.Load.P50);

    public double P99 => Statistics.Median(Rounds, round => round.Load.P99);

    /// <summary>CPU time of worker and host per key.</summary>
    public double MicrosPerKey => Micros(round => round.App + round.Host);

    /// <summary>CPU time of Azurite per key.</summary>
    public double StoreMicrosPerKey => Micros(round => round.Store);

    public long Failures => Rounds.Sum(round => round.Load.Failures);

    private double Micros(Func<Round, double> seconds) => Statistics.Median(
        Rounds, round => seconds(round) / (round.Load.Requests * Scenario.Units) * 1e6);
}
