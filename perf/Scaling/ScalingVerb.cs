using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Scaling;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.EndToEnd.Support.Counting;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = new Queue<string>(args);
var (withMemory, costsOnly, prices) = (true, false, new Prices());
while (options.TryDequeue(out var option))
{
    if (option == "--no-memory")
        withMemory = false;
    else if (option == "--costs-only")
        costsOnly = true;
    else if (option == "--prices" && options.TryDequeue(out var file))
        prices = Prices.Read(await File.ReadAllTextAsync(file));
    else
        throw new ArgumentException("Options are --no-memory, --costs-only and --prices FILE.");
}

var assume = new Assumptions();
if (costsOnly)
{
    PrintBill(new Model(assume, new Counted(await File.ReadAllLinesAsync(Path.Combine(Report.Root(), "docs/SCALING.md"))).Costs()));
    return;
}

var printed = new List<string>();
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
        Say(call.Line);
    }

    Console.WriteLine($"requests to the vault in all of these: {calls.Sum(call => (call.First?.Vault ?? 0) + (call.Later?.Vault ?? 0))}");
    log = await counts.LogAsync();
    hot = await counts.HotAsync();
}

Console.WriteLine();
Console.WriteLine("| work | storage | rows | vault |");
Console.WriteLine("|---|---|---|---|");
foreach (var each in work)
    Say($"| {each.What} | {each.Storage} | {each.Storage.Rows} | {each.Vault} |");

Console.WriteLine();
Console.WriteLine("| row | bytes |");
Console.WriteLine("|---|---|");
foreach (var (kind, bytes) in rows)
    Say($"| {kind} | {bytes:0} |");
Say($"| log entry in a row of its own, of a browser | {log.Browser:0} |");
Say($"| log entry in a row of its own, passed on by a PDS | {log.Pds:0} |");
Say($"| log entry of a hot group, {hot.Calls / (double)hot.LogRows:0.0} in a row | {hot.BytesAnEntry:0} |");
Say($"hot group, 64 calls at once: {hot.RequestsACall:0.00} requests and {hot.RowsACall:0.00} rows a call");

var model = new Model(assume, new Counted(printed).Costs());
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
Console.WriteLine();
PrintBill(model);

var memory = withMemory ? await MeasureMemoryAsync() : [];
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

void PrintBill(Model of) => Console.WriteLine(string.Join('\n', new Bill(of, assume, prices).Table(Deployment.All)));

void Say(string line)
{
    printed.Add(line);
    Console.WriteLine(line);
}
