using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Scaling;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.EndToEnd.Support.Counting;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Except(["--no-memory"]).Any())
    throw new ArgumentException("There is one option: --no-memory.");
var machine = Report.Machine;
Console.WriteLine(machine);

SortedDictionary<string, double> rows;
LogFigures log;
HotFigures hot;
List<WorkFigures> work;
var calls = new List<CallFigures>();
await using (var counting = await CountingStack.StartAsync())
{
    var counts = new Counts(counting);
    rows = await counts.RowsAsync();
    work = await counts.WorkAsync();

    Console.WriteLine();
    Console.WriteLine("| call | later calls | rows | first call | rows | DID look-ups |");
    Console.WriteLine("|---|---|---|---|---|---|");
    await foreach (var call in counts.CallsAsync())
    {
        calls.Add(call);
        Console.WriteLine(call.Line);
    }

    Console.WriteLine($"requests to the vault in all of these: {calls.Sum(call => (call.First?.Vault ?? 0) + (call.Later?.Vault ?? 0))}");
    log = await counts.LogAsync();
    hot = await counts.HotAsync();
}

Console.WriteLine();
Console.WriteLine("| work | storage | rows | vault |");
Console.WriteLine("|---|---|---|---|");
foreach (var each in work)
    Console.WriteLine($"| {each.What} | {each.Storage} | {each.Storage.Rows} | {each.Vault} |");

Console.WriteLine();
Console.WriteLine("| row | bytes |");
Console.WriteLine("|---|---|");
foreach (var (kind, bytes) in rows)
    Console.WriteLine($"| {kind} | {bytes:0} |");
Console.WriteLine($"| log entry in a row of its own, of a browser | {log.Browser:0} |");
Console.WriteLine($"| log entry in a row of its own, passed on by a PDS | {log.Pds:0} |");
Console.WriteLine($"| log entry of a hot group, {hot.Calls / (double)hot.LogRows:0.0} in a row | {hot.BytesAnEntry:0} |");
Console.WriteLine($"hot group, 64 calls at once: {hot.RequestsACall:0.00} requests and {hot.RowsACall:0.00} rows a call");

var assume = new Assumptions();
var model = new Model(assume, CostsOf());
var forecasts = new double[] { 1_000, 100_000, 1_000_000, 10_000_000 }.Select(model.Of).ToList();
Console.WriteLine();
Print("users", f => $"{f.Users:#,0}");
Print("---", _ => "---");
Print("calls a month, million", f => $"{f.Calls / 1e6:#,0.0}");
Print("calls a second, at the peak", f => $"{f.PeakCalls:#,0.0}");
Print("storage requests a month, million", f => $"{f.Requests / 1e6:#,0.0}");
Print("storage requests a call", f => $"{f.RequestsACall:0.0}");
Print("rows a second, at the peak", f => $"{f.PeakRows:#,0}");
Print("vault requests a month", f => $"{f.VaultRequests:#,0}");
Print("look-ups of DIDs a second, at the peak", f => $"{f.PeakLookUps:#,0.0}");
Print("stored: accounts and groups, GiB", f => $"{f.KeyGiB:#,0.00}");
Print("stored: access log, GiB", f => $"{f.LogGiB:#,0.0}");
Print("instances at the peak", f => $"{f.Instances:0}");
Print("storage accounts", f => $"{f.Accounts:0}");
Print("vaults", _ => "1");
Console.WriteLine();
foreach (var part in model.Parts())
    Console.WriteLine($"| {part.What} | {part.Value:#,0.##} {part.Unit} |");
Console.WriteLine($"One vault opens all keys of {model.StartsIn10s:0} instances in 10 s.");

var memory = args.Contains("--no-memory") ? [] : await MeasureMemoryAsync();
Console.WriteLine(Report.Write("scaling", machine, new
{
    calls = calls.Select(call => new { call.Name, later = Of(call.Later), first = Of(call.First) }),
    work = work.Select(each => new { each.What, storage = each.Storage.ToString(), each.Storage.Requests, each.Storage.Rows, each.Vault }),
    rows,
    log,
    hot,
    assume,
    forecasts,
    parts = model.Parts(),
    memory,
}));

static object? Of(CallCost? cost) =>
    cost is null ? null : new { storage = cost.Storage.ToString(), cost.Storage.Requests, cost.Storage.Rows, cost.Vault, cost.LookUps };

static async Task<List<MemoryStep>> MeasureMemoryAsync()
{
    Console.WriteLine();
    await using var stack = await Stack.StartAsync(new StackOptions
    {
        LogLines = 1_000,
        Environment = new Dictionary<string, string>(Timers.Off) { ["Keyserver__RateLimits__Enabled"] = "false" },
    });
    return await MemoryFigures.MeasureAsync(stack);
}

void Print(string what, Func<Forecast, string> of) => Console.WriteLine($"| {what} | {string.Join(" | ", forecasts.Select(of))} |");

Costs CostsOf()
{
    (double, double) Later(string name) => Pair(calls.Single(call => call.Name == name).Later!.Storage);
    (double, double) First(string name) => Pair(calls.Single(call => call.Name == name).First!.Storage);
    (double, double) Pair(StorageCalls storage) => (storage.Requests, storage.Rows);
    var changes = new (string Name, double Times)[]
    {
        ("group.addMember", 4), ("group.removeMember", 3), ("group.removeMember, rotate", 1), ("group.rotateKey", 1),
        ("group.addDelegate", 1),
    };
    // FinishDeletions runs each minute, ContinueRotations each 5, DrainEvents each 10, the others each hour.
    double[] aDay = [1_440, 144, 24, 24, 288];
    var timers = work.Where(each => each.What.StartsWith("timer", StringComparison.Ordinal)).ToList();
    return new Costs
    {
        First = First("group.getKey, member"),
        NewGroup = Later("group.getKey, member, a group new to the instance"),
        Again = Later("group.getKey, member"),
        Hot = (hot.RequestsACall, hot.RowsACall),
        Change = (
            changes.Sum(change => change.Times * Later(change.Name).Item1) / changes.Sum(change => change.Times),
            changes.Sum(change => change.Times * Later(change.Name).Item2) / changes.Sum(change => change.Times)),
        TimersAMonth = 30.4 * timers.Zip(aDay, (timer, times) => timer.Storage.Requests * times).Sum(),
        Probe = (work[0].Storage.Requests, work[0].Vault),
        Vault = (work.Take(3).Sum(each => each.Vault), timers.Single(each => each.What.Contains("Rewrap", StringComparison.Ordinal)).Vault),
        Rows = rows,
        Log = (log.Browser, hot.BytesAnEntry),
    };
}
