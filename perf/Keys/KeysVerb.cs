using System.CommandLine;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Speed;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Keys;

/// <summary>Measures keys per second by keys in a call and by stored groups, and draws charts.</summary>
internal sealed class KeysVerb(int rounds, int seconds, string? charts)
{
    private static readonly int[] s_keysPerCall = [1, 3, 10, 30, 100];
    private static readonly int[] s_storedGroups = [200, 2_000, 20_000];

    public static Command Create()
    {
        var rounds = NumberOption.Create("--rounds", "Runs of each row", 5);
        var seconds = NumberOption.Create("--seconds", "Duration of a run", 4);
        var charts = new Option<string?>("--charts") { Description = "Write charts here", HelpName = "FOLDER" };
        var command = new Command("keys", "Keys per second, by keys in a call and by stored groups")
        {
            rounds, seconds, charts,
        };
        command.SetAction((line, cancellation) =>
            new KeysVerb(line.GetValue(rounds), line.GetValue(seconds), line.GetValue(charts)).RunAsync(cancellation));
        return command;
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var machine = Report.Machine;
        Console.WriteLine(machine);
        var stacks = new List<Stack>();
        try
        {
            var stored = new List<Point>();
            var fixtures = new List<Fixture>();
            foreach (var groups in s_storedGroups)
            {
                Console.WriteLine($"Creating {groups:N0} groups …");
                stacks.Add(await UnlimitedStack.StartAsync(cancellation));
                fixtures.Add(await Fixture.MakeAsync(stacks[^1], groups));
                stored.Add(new Point(groups, fixtures[^1].FewGroups($"getKey, {groups:N0} stored groups")));
            }

            var inCall = s_keysPerCall.Select(keys => new Point(keys, keys == 1
                ? fixtures[^1].AllGroups("getKey, each of the groups")
                : fixtures[^1].ManyKeys($"getKeys of {keys}", keys))).ToList();
            var reads = await MeasureAsync([.. inCall, .. stored], stacks[^1].Azurite);
            Print(inCall, stored, reads);
            if (charts is not null)
            {
                Chart.Write(
                    Path.Combine(charts, "keys-per-call.svg"), "Keys in a call", "Keys per second", inCall);
                Chart.Write(
                    Path.Combine(charts, "stored-groups.svg"), "Stored groups", "Calls of getKey per second", stored);
            }

            Console.WriteLine(Report.Write("keys", machine, new { reads, inCall, stored }));
            return 0;
        }
        finally
        {
            foreach (var stack in stacks)
                await stack.DisposeAsync();
        }
    }

    /// <returns>Reads per second of Azurite alone.</returns>
    private async Task<double> MeasureAsync(IReadOnlyList<Point> points, AzuriteProcess azurite)
    {
        foreach (var point in points)
            await Round.RunAsync(point.Scenario, seconds); // Warms up.
        var reads = new List<Run>();
        for (var round = 1; round <= rounds; round++)
        {
            Console.WriteLine($"round {round} of {rounds}");
            reads.Add((await StoreRate.MeasureAsync(azurite, seconds)).Read);
            foreach (var point in points)
                point.Rounds.Add(await Round.RunAsync(point.Scenario, seconds));
        }

        return Statistics.Median(reads, run => run.PerSecond);
    }

    private static void Print(List<Point> inCall, List<Point> stored, double reads)
    {
        Console.WriteLine();
        Console.WriteLine(
            $"{"",-32} {"req/s",7} {"keys/s",7} {"p50 ms",7} {"p99 ms",7} {"µs a key",8} {"Azurite",8} {"failed",6}");
        foreach (var point in inCall.Concat(stored))
        {
            Console.WriteLine(
                $"{point.Scenario.Name,-32} {point.PerSecond,7:0} {point.KeysPerSecond,7:0} {point.P50,7:0.0} "
                + $"{point.P99,7:0.0} {point.MicrosPerKey,8:0} {point.StoreMicrosPerKey,8:0} {point.Failures,6}");
        }

        var (one, hundred) = (inCall[0], inCall[^1]);
        Console.WriteLine($"Azurite alone: {reads:0} reads per second");
        Console.WriteLine(
            $"{hundred.Count} keys in a call against 1: {hundred.KeysPerSecond / one.KeysPerSecond:0.0} × keys per "
            + $"second, {one.MicrosPerKey / hundred.MicrosPerKey:0.0} × keys per CPU second of worker and host");
        Console.WriteLine(
            $"{stored[^1].Count:N0} stored groups against {stored[0].Count:N0}: "
            + $"{stored[^1].PerSecond / stored[0].PerSecond:0.00} × calls per second");
        Console.WriteLine();
    }
}
