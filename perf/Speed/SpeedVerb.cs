using System.CommandLine;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Measures calls per second, CPU time, memory and storage calls of the app.</summary>
internal sealed class SpeedVerb(SpeedOptions options)
{
    private const int FewGroups = 200;
    private const int ManyGroups = 20_000;

    public static Command Create()
    {
        var rounds = NumberOption.Create("--rounds", "Runs of each scenario", 5);
        var seconds = NumberOption.Create("--seconds", "Duration of a scenario in a round", 5);
        var disk = new Option<bool>("--disk") { Description = "Store Azurite's tables on disk" };
        var only = new Option<string?>("--only")
        {
            Description = "Scenarios whose name contains one of these, separated by commas",
            HelpName = "NAME,NAME",
        };
        var compare = new Option<string?>("--compare")
        {
            Description = "The file of an earlier run, to show ratios",
            HelpName = "FILE",
        };
        var command = new Command("speed", "Requests per second, CPU and memory of the app under load (wrk)")
        {
            rounds, seconds, disk, only, compare,
        };
        command.SetAction((line, cancellation) => new SpeedVerb(new SpeedOptions(
            line.GetValue(rounds),
            line.GetValue(seconds),
            line.GetValue(disk),
            line.GetValue(only)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [],
            line.GetValue(compare))).RunAsync(cancellation));
        return command;
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var before = options.Compare is null ? new Dictionary<string, Row>() : Table.Read(options.Compare);
        var machine = Report.Machine;
        Console.WriteLine(machine);
        var folder = options.OnDisk ? Directory.CreateTempSubdirectory("keyserver-speed-data") : null;
        await using var small = await UnlimitedStack.StartAsync(cancellation, folder?.FullName);
        await using var large = await UnlimitedStack.StartAsync(cancellation);

        Console.WriteLine("Creating accounts and groups …");
        var fixture = await Fixture.MakeAsync(small, FewGroups, options.Seconds);
        var more = await Fixture.MakeAsync(
            large, options.Wants("20,000") ? ManyGroups : FewGroups, options.Seconds);
        Scenario[] all =
        [
            .. fixture.Scenarios(),
            more.AllGroups("20,000 groups"),
            more.ManyKeys("getKeys of 10, 20,000 groups", 10),
            more.ManyKeys("getKeys of 100, 20,000 groups", 100),
            fixture.FewGroups("200 groups, of 200"),
            more.FewGroups("200 groups, of 20,000"),
        ];
        await using var floor = await Floor.StartAsync();
        var rounds = new Rounds(options, floor, [.. all.Where(scenario => options.Wants(scenario.Name))]);
        await rounds.RunAsync(small.Azurite);

        var rows = await PrintAsync(rounds, floor, before);
        double? start = options.Wants("start") ? await StartTime.MedianAsync(small, fixture, options.Rounds) : null;
        Console.WriteLine(Report.Write("speed", machine, new
        {
            options,
            storeReads = rounds.ReadRate,
            storePuts = Statistics.Median(rounds.Puts, run => run.PerSecond),
            start,
            rows,
        }));
        folder?.Delete(recursive: true);
        return 0;
    }

    private static async Task<List<Row>> PrintAsync(
        Rounds rounds, Floor floor, IReadOnlyDictionary<string, Row> before)
    {
        var floorCounts = new Counts(0, 0, 0, 0, await floor.BytesAsync());
        var empty = Row.Of("an empty function", rounds.Floors, floor: null, rounds.ReadRate, floorCounts);
        Console.WriteLine();
        Table.PrintHead();
        Table.Print(empty, before.GetValueOrDefault(empty.Name));
        Table.Print("Azurite alone: a read", rounds.Reads);
        Table.Print("Azurite alone: a put", rounds.Puts);
        List<Row> rows = [empty];
        foreach (var (scenario, measured) in rounds.Measured)
        {
            rows.Add(Row.Of(
                scenario.Name, measured, empty, rounds.ReadRate, await Counts.TakeAsync(scenario), scenario.Units));
            Table.Print(rows[^1], before.GetValueOrDefault(scenario.Name));
        }

        return rows;
    }
}
