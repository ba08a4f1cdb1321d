using System.Diagnostics;
using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Speed;

const int FewGroups = 200;
const int ManyGroups = 20_000;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = Options.Parse(args);
var before = options.Compare is null ? new Dictionary<string, Row>() : Table.Read(options.Compare);
var machine = Report.Machine;
Console.WriteLine(machine);
var folder = options.OnDisk ? Directory.CreateTempSubdirectory("keyserver-speed-data") : null;
await using var small = await StartAsync(folder?.FullName);
await using var large = await StartAsync(null);

Console.WriteLine("Making accounts and groups …");
var fixture = await Fixture.MakeAsync(small, options, FewGroups);
var more = await Fixture.MakeAsync(large, options, options.Wants("20,000") ? ManyGroups : FewGroups);
Scenario[] all =
[
    .. fixture.Scenarios(), more.AllGroups("20,000 groups"), fixture.FewGroups("200 groups, of 200"), more.FewGroups("200 groups, of 20,000"),
];
var scenarios = all.Where(scenario => options.Wants(scenario.Name)).ToList();
await using var floor = await Floor.StartAsync();

var (floors, reads, puts) = (new List<Round>(), new List<Run>(), new List<Run>());
var rounds = scenarios.ToDictionary(scenario => scenario, _ => new List<Round>());
for (var round = 1; round <= options.Rounds; round++)
{
    Console.Write($"round {round} of {options.Rounds}:");
    floors.Add(await floor.RunAsync(options.Seconds));
    var (read, put) = await StoreRate.MeasureAsync(small.Azurite, options.Seconds);
    reads.Add(read);
    puts.Add(put);
    await RunAsync(scenarios.Where(scenario => !scenario.Adds));
}

// Azurite gets slower with each row.
for (var round = 1; round <= options.Rounds && scenarios.Any(scenario => scenario.Adds); round++)
{
    Console.Write($"round {round} of {options.Rounds}:");
    await RunAsync(scenarios.Where(scenario => scenario.Adds));
}

var readRate = Statistics.Median(reads, run => run.PerSecond);
var empty = Row.Of("an empty function", floors, floor: null, readRate, new Counts(0, 0, 0, 0, await FloorBytesAsync()));
Console.WriteLine();
Table.PrintHead();
Table.Print(empty, before.GetValueOrDefault(empty.Name));
Table.Print("Azurite alone: a read", reads);
Table.Print("Azurite alone: a put", puts);
var rows = new List<Row>();
foreach (var scenario in scenarios)
{
    rows.Add(Row.Of(scenario.Name, rounds[scenario], empty, readRate, await Counts.TakeAsync(scenario)));
    Table.Print(rows[^1], before.GetValueOrDefault(scenario.Name));
}

var start = options.Wants("start") ? await MedianStartAsync() : (double?)null;
Console.WriteLine(Report.Write("speed", machine, new
{
    options,
    storeReads = readRate,
    storePuts = Statistics.Median(puts, run => run.PerSecond),
    start,
    rows = rows.Prepend(empty),
}));
folder?.Delete(recursive: true);

async Task RunAsync(IEnumerable<Scenario> several)
{
    foreach (var scenario in several)
    {
        Console.Write($" {scenario.Name};");
        rounds[scenario].Add(await Round.RunAsync(scenario, options.Seconds));
    }

    Console.WriteLine();
}

static Task<Stack> StartAsync(string? folder) => Stack.StartAsync(new StackOptions
{
    DataFolder = folder,
    LogLines = 1_000,
    Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
});

async Task<double> FloorBytesAsync()
{
    var requests = 0L;
    var bytes = await Allocations.DuringAsync(
        floor.ProcessId, async () => requests = (await floor.RunAsync(2)).Load.Requests);
    return bytes / requests;
}

async Task<double> MedianStartAsync()
{
    var starts = new List<double>();
    // The first one warms up this process, the store and the machine's file cache.
    for (var i = -1; i < options.Rounds; i++)
    {
        var request = fixture.AnyGetKey();
        var since = Stopwatch.GetTimestamp();
        var instance = await small.StartInstanceAsync();
        await fixture.SendAsync(request, instance.Origin);
        if (i >= 0)
            starts.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
        await instance.StopAsync();
    }

    var median = Statistics.Median(starts, seconds => seconds);
    Console.WriteLine($"process start to first authenticated answer: {median:0.00} s");
    return median;
}
