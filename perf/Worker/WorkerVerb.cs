using System.CommandLine;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Speed;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Worker;

/// <summary>
/// Measures what an empty function costs above Kestrel, what runtime settings change, and how many calls an instance
/// should handle at once.
/// </summary>
internal sealed class WorkerVerb(int rounds, int seconds, int warmUp, string? only)
{
    private const int WarmUpConnections = 64;
    private const int Groups = 200;

    private static readonly int[] s_connections = [1, 4, 16, 32, 64, 100, 200, 500];

    public static Command Create()
    {
        var rounds = NumberOption.Create("--rounds", "Runs of each setting", 3);
        var seconds = NumberOption.Create("--seconds", "Duration of a run", 4);
        // By then the runtime has optimized most of what is called often.
        var warmUp = NumberOption.Create("--warm-up", "Seconds of load before each run", 6);
        var only = new Option<string?>("--only")
        {
            Description = "Only the deployed app and settings whose name contains this",
            HelpName = "NAME",
        };
        var command = new Command("worker", "An empty function above Kestrel, runtime settings, calls at once")
        {
            rounds, seconds, warmUp, only,
        };
        command.SetAction((line, cancellation) => new WorkerVerb(
            line.GetValue(rounds),
            line.GetValue(seconds),
            line.GetValue(warmUp),
            line.GetValue(only)).RunAsync(cancellation));
        return command;
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await UnlimitedStack.StartAsync(cancellation);
        var fixture = await Fixture.MakeAsync(stack, Groups);
        var reads = fixture.HotGroup();

        var settings = RuntimeSetting.All
            .Where((setting, i) => i == 0 || only is null || setting.Name.Contains(only, StringComparison.Ordinal))
            .ToList();
        var kestrel = new List<Round>();
        var empty = settings.ToDictionary(setting => setting, _ => new List<Round>());
        var getKey = settings.ToDictionary(setting => setting, _ => new List<Round>());
        var atOnce = s_connections.ToDictionary(count => count, _ => new List<Round>());
        for (var round = 1; round <= rounds; round++)
        {
            Console.WriteLine($"round {round} of {rounds}");
            kestrel.Add(await BareKestrel.MeasureAsync(warmUp, seconds, cancellation));
            foreach (var setting in settings)
            {
                empty[setting].Add(await EmptyAsync(setting));
                getKey[setting].AddRange(await GetKeyAsync(setting, Wrk.Connections));
            }

            foreach (var (count, each) in s_connections.Zip(await GetKeyAsync(settings[0], s_connections)))
                atOnce[count].Add(each);
        }

        RoundSummary[] summaries =
        [
            RoundSummary.Of("bare Kestrel", kestrel),
            .. empty.Select(pair => RoundSummary.Of($"empty function, {pair.Key.Name}", pair.Value)),
            .. getKey.Select(pair => RoundSummary.Of($"hot group, {pair.Key.Name}", pair.Value)),
        ];
        RoundSummary[] concurrency =
            [.. atOnce.Select(pair => RoundSummary.Of($"hot group, {pair.Key} calls at once", pair.Value))];
        RoundSummary.PrintHead();
        foreach (var summary in summaries.Concat(concurrency))
            summary.Print();
        Console.WriteLine(Report.Write("worker", machine, new { settings = summaries, concurrency }));
        return 0;

        async Task<List<Round>> GetKeyAsync(RuntimeSetting setting, params int[] connections)
        {
            var instance = await stack.StartInstanceAsync(setting.Variables, cancellation);
            await LoadAsync(warmUp, WarmUpConnections);
            var measured = new List<Round>();
            foreach (var count in connections)
                measured.Add(await LoadAsync(seconds, count));
            await instance.StopAsync();
            return measured;

            Task<Round> LoadAsync(int time, int count) => Round.RunAsync(
                instance.Origin,
                instance.ProcessId,
                stack.Azurite.ProcessId,
                reads.Requests(),
                time,
                connections: count);
        }
    }

    private async Task<Round> EmptyAsync(RuntimeSetting setting)
    {
        await using var floor = await Floor.StartAsync(setting.Variables);
        await floor.RunAsync(warmUp, WarmUpConnections);
        return await floor.RunAsync(seconds);
    }
}
