using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Runs the scenarios in rounds, so that changes of the machine's speed affect all of them.</summary>
internal sealed class Rounds(SpeedOptions options, Floor floor, IReadOnlyList<Scenario> scenarios)
{
    private readonly Dictionary<Scenario, List<Round>> _measured =
        scenarios.ToDictionary(each => each, _ => new List<Round>());

    public List<Round> Floors { get; } = [];

    /// <summary>Results of Azurite alone.</summary>
    public List<Run> Reads { get; } = [];

    /// <inheritdoc cref="Reads"/>
    public List<Run> Puts { get; } = [];

    /// <summary>In the order of the scenarios.</summary>
    public IEnumerable<(Scenario Scenario, List<Round> Rounds)> Measured =>
        scenarios.Select(each => (each, _measured[each]));

    public double ReadRate => Statistics.Median(Reads, run => run.PerSecond);

    public async Task RunAsync(AzuriteProcess azurite)
    {
        for (var round = 1; round <= options.Rounds; round++)
        {
            Console.Write($"round {round} of {options.Rounds}:");
            Floors.Add(await floor.RunAsync(options.Seconds));
            var (read, put) = await StoreRate.MeasureAsync(azurite, options.Seconds);
            Reads.Add(read);
            Puts.Add(put);
            await RunAsync(scenarios.Where(scenario => !scenario.Adds));
        }

        // Last, because each new row makes Azurite slower.
        for (var round = 1; round <= options.Rounds && scenarios.Any(scenario => scenario.Adds); round++)
        {
            Console.Write($"round {round} of {options.Rounds}:");
            await RunAsync(scenarios.Where(scenario => scenario.Adds));
        }
    }

    private async Task RunAsync(IEnumerable<Scenario> several)
    {
        foreach (var scenario in several)
        {
            // profile.sh waits for this text.
            Console.Write($" {scenario.Name};");
            _measured[scenario].Add(await Round.RunAsync(scenario, options.Seconds));
        }

        Console.WriteLine();
    }
}
