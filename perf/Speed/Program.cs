using System.Diagnostics;
using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Speed;
using AtpKeyserver.Tests.EndToEnd.Support;

if (args is ["floor", ..])
{
    await Floor.RunAsync(args);
    return;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = Options.Parse(args);
var machine = Report.Machine;
Console.WriteLine(machine);
var folder = options.OnDisk ? Directory.CreateTempSubdirectory("keyserver-speed-data") : null;
await using var stack = await Stack.StartAsync(new StackOptions
{
    DataFolder = folder?.FullName,
    LogLines = 1_000,
    Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
});
var accounts = new Accounts(stack);

Console.WriteLine("Making accounts and groups …");
var fixture = await Fixture.MakeAsync(accounts, options);
var scenarios = fixture.Scenarios().Where(scenario => options.Wants(scenario.Name)).ToList();

var floorBody = await fixture.AnswerAsync(stack.App);
var (floor, floorOrigin) = await Floor.StartAsync(floorBody);
await using var floorEnds = floor;
await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);

var floors = new List<Run>();
var reads = new List<Run>();
var puts = new List<Run>();
var rounds = scenarios.ToDictionary(scenario => scenario, _ => new List<Round>());
for (var round = 0; round < options.Rounds; round++)
{
    Console.Write($"round {round + 1} of {options.Rounds}:");
    floors.Add(await Wrk.SendAsync(floorOrigin, [fixture.AnyGetKey()], options.Seconds));
    var (read, put) = await StoreRate.MeasureAsync(stack.Azurite, options.Seconds);
    reads.Add(read);
    puts.Add(put);
    foreach (var scenario in scenarios)
    {
        Console.Write($" {scenario.Name};");
        rounds[scenario].Add(await RunAsync(scenario));
    }

    Console.WriteLine();
}

var floorRate = Median(floors, run => run.PerSecond);
var (readRate, putRate) = (Median(reads, run => run.PerSecond), Median(puts, run => run.PerSecond));
Console.WriteLine();
Console.WriteLine($"{"",-34} {"req/s",8} {"p50 ms",8} {"p99 ms",8} {"errors",7} | {"app",5} {"store",6} {"wrk",5}  µs CPU a request | {"MB",4} {"floor",6} {"store",6} | "
    + "calls a request: store, vault, DID");
Print("Kestrel, the same bytes", floors);
Print("Azurite alone: a read", reads);
Print("Azurite alone: a put", puts);
var figures = new List<object>();
foreach (var scenario in scenarios)
{
    var counted = await CountAsync(scenario);
    var all = rounds[scenario];
    var perSecond = Median(all, round => round.Load.PerSecond);
    var requests = Median(all, round => round.Load.Requests);
    var row = new
    {
        scenario.Name,
        perSecond,
        p50 = Median(all, round => round.Load.P50),
        p99 = Median(all, round => round.Load.P99),
        failures = all.Sum(round => round.Load.Failures),
        appMicros = Median(all, round => round.App / round.Load.Requests * 1e6),
        storeMicros = Median(all, round => round.Store / round.Load.Requests * 1e6),
        generatorMicros = Median(all, round => round.Load.Cpu / round.Load.Requests * 1e6),
        megabytes = all[^1].Megabytes,
        ofFloor = perSecond / floorRate,
        ofStore = perSecond / readRate,
        counted.Store,
        counted.Vault,
        counted.Did,
    };
    figures.Add(row);
    Console.WriteLine($"{row.Name,-34} {row.perSecond,8:0} {row.p50,8:0.00} {row.p99,8:0.00} {row.failures,7} | {row.appMicros,5:0} {row.storeMicros,6:0} {row.generatorMicros,5:0}"
        + $"{"",18} | {row.megabytes,4:0} {row.ofFloor,6:0.00} {row.ofStore,6:0.00} | {row.Store:0.00}, {row.Vault:0.00}, {row.Did:0.00}");
}

if (options.Wants("start"))
{
    var starts = new List<double>();
    for (var i = 0; i < options.Rounds; i++)
        starts.Add(await StartAsync());
    Console.WriteLine($"process start to first authenticated answer: {Median(starts, seconds => seconds):0.00} s");
    figures.Add(new { Name = "start", seconds = Median(starts, seconds => seconds) });
}

Console.WriteLine(Report.Write("speed", machine, new { options, floor = floorRate, storeReads = readRate, storePuts = putRate, rows = figures }));
folder?.Delete(recursive: true);

async Task<Round> RunAsync(Scenario scenario)
{
    var requests = scenario.Requests();
    var (app, store) = (stack.Keyserver.ProcessId, stack.Azurite.ProcessId);
    var (appBefore, storeBefore) = (Cpu.Of(app)!.Value, Cpu.Of(store)!.Value);
    var load = await Wrk.SendAsync(stack.App, requests, options.Seconds, scenario.Once);
    return new Round(load, Cpu.Of(app)!.Value - appBefore, Cpu.Of(store)!.Value - storeBefore, memory.Resident);
}

// Through proxies, which would slow the rounds down: so by an instance of its own, warm, for a short time.
async Task<(double Store, double Vault, double Did)> CountAsync(Scenario scenario)
{
    await using var counter = await RecordingProxy.StartAsync(stack.Azurite.Endpoint);
    var instance = await stack.StartInstanceAsync(new Dictionary<string, string>
    {
        ["Keyserver__Tables__ConnectionString"] =
            stack.Azurite.ConnectionString.Replace(stack.Azurite.Endpoint.Authority, $"127.0.0.1:{counter.Port}", StringComparison.Ordinal),
    });
    await Wrk.SendAsync(instance.Origin, scenario.Requests(), 2, scenario.Once);
    counter.Take();
    var (vault, did) = (stack.KeyVault.Requests, stack.Atproto.TotalLookups);
    var load = await Wrk.SendAsync(instance.Origin, scenario.Requests(), 2, scenario.Once);
    var result = (
        counter.Take().Length / (double)load.Requests,
        (stack.KeyVault.Requests - vault) / (double)load.Requests,
        (stack.Atproto.TotalLookups - did) / (double)load.Requests);
    await instance.StopAsync();
    return result;
}

async Task<double> StartAsync()
{
    var request = fixture.AnyGetKey();
    var since = Stopwatch.GetTimestamp();
    var instance = await stack.StartInstanceAsync();
    await accounts.SendAllAsync([request], instance.Origin);
    var taken = Stopwatch.GetElapsedTime(since).TotalSeconds;
    await instance.StopAsync();
    return taken;
}

void Print(string name, List<Run> runs) => Console.WriteLine(
    $"{name,-34} {Median(runs, run => run.PerSecond),8:0} {Median(runs, run => run.P50),8:0.00} {Median(runs, run => run.P99),8:0.00} {runs.Sum(run => run.Failures),7} |");

static double Median<T>(IEnumerable<T> all, Func<T, double> of)
{
    var sorted = all.Select(of).Order().ToArray();
    return sorted[sorted.Length / 2];
}
