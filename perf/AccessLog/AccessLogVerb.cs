using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.AccessLog;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

const string a = "dev.atpkeyserver.alpha.";
const int connections = 16;
const int readers = 64;
var slice = TimeSpan.FromSeconds(4);

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var pagedRows = args is [var first, ..] && int.TryParse(first, out var asked) ? asked : 100_000;
int[] oldRows = args is [_, var second] && int.TryParse(second, out var most) ? [1_000, most] : [1_000, 1_000_000];
var machine = Report.Machine;
Console.WriteLine(machine);
var figures = new List<object>();

await using var stack = await Stack.StartAsync(new StackOptions
{
    LogLines = 1_000,
    Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
});
var relaxed = await stack.StartInstanceAsync(new Dictionary<string, string> { ["Keyserver__AccessLog__Strict"] = "false" });
var storage = new TableServiceClient(
    stack.Azurite.ConnectionString,
    new TableClientOptions { Transport = new HttpClientTransport(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) }) });

if (pagedRows > 0)
{
    await CompareAsync();
    await CountRowsOfTransactionsAsync();
    await ReadPagesAsync(pagedRows);
}

foreach (var rows in oldRows)
    await DropAsync(rows);
Console.WriteLine(Report.Write("access-log", machine, figures));

// What a logged read costs: HEAD does all that GET does but the log.
async Task CompareAsync()
{
    Console.WriteLine();
    Console.WriteLine($"{"getKey, 16 connections",-28} {"requests/s",11} {"p50 ms",8}");
    var owner = NewAccount();
    (string Name, Uri Origin, HttpMethod Verb)[] ways =
    [
        ("HEAD", stack.App, HttpMethod.Head), ("GET, strict", stack.App, HttpMethod.Get), ("GET, relaxed", relaxed.Origin, HttpMethod.Get),
    ];
    foreach (var (_, origin, _) in ways)
        await GetKeyAsync(origin, HttpMethod.Get, owner, connections, TimeSpan.FromSeconds(2));
    var taken = ways.ToDictionary(way => way.Name, _ => new List<Load>());
    for (var round = 0; round < 3; round++)
    {
        foreach (var (name, origin, verb) in ways)
            taken[name].Add(await GetKeyAsync(origin, verb, owner, connections, slice));
    }

    foreach (var (name, loads) in taken)
    {
        var median = loads.OrderBy(load => load.PerSecond).ElementAt(loads.Count / 2);
        Console.WriteLine($"{name,-28} {median.PerSecond,11:0} {median.MedianMs,8:0.00}");
        figures.Add(new { part = "getKey", name, median.PerSecond, median.MedianMs });
    }
}

// Between the app and the storage stands a proxy that counts. It slows both down a little.
async Task CountRowsOfTransactionsAsync()
{
    await using var counter = await RecordingProxy.StartAsync(stack.Azurite.Endpoint);
    var instance = await stack.StartInstanceAsync(new Dictionary<string, string>
    {
        ["Keyserver__Tables__ConnectionString"] =
            stack.Azurite.ConnectionString.Replace(stack.Azurite.Endpoint.Authority, $"127.0.0.1:{counter.Port}", StringComparison.Ordinal),
    });
    Console.WriteLine();
    Console.WriteLine($"{"getKey, one group, strict",-28} {"requests/s",11} {"p50 ms",8} {"transactions",13} {"rows each",10}");
    foreach (var count in (int[])[1, connections, readers])
    {
        var owner = NewAccount();
        await GetKeyAsync(instance.Origin, HttpMethod.Get, owner, count, TimeSpan.FromSeconds(1));
        counter.Take();
        var load = await GetKeyAsync(instance.Origin, HttpMethod.Get, owner, count, slice);
        var transactions = counter.Take().Count(
            call => call == "POST $batch" || call.StartsWith("PUT accesslog", StringComparison.Ordinal));
        var each = (double)load.Requests / transactions;
        Console.WriteLine(
            $"{count + " readers",-28} {load.PerSecond,11:0} {load.MedianMs,8:0.00} {transactions,13} {each,10:0.0}");
        figures.Add(new { part = "transactions", readers = count, load.PerSecond, load.MedianMs, rows = load.Requests, transactions });
    }

    await instance.StopAsync();
}

async Task ReadPagesAsync(int rows)
{
    var owner = NewAccount();
    var made = await GetKeyAsync(relaxed.Origin, HttpMethod.Get, owner, readers, TimeSpan.FromMinutes(10), rows);
    await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
    using var http = new HttpClient { BaseAddress = stack.App, Timeout = TimeSpan.FromMinutes(1) };
    var before = memory.Resident;
    _ = memory.Take();
    var (pages, entries, cursor) = (0, 0, (string?)null);
    var since = Stopwatch.GetTimestamp();
    do
    {
        var path = $"/xrpc/{a}group.getAccessLog?group_id={Group(owner)}&limit=100" + (cursor is null ? "" : $"&cursor={cursor}");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(owner, "group.getAccessLog"));
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using var page = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        entries += page.RootElement.GetProperty("entries").GetArrayLength();
        cursor = page.RootElement.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        pages++;
    }
    while (cursor is not null && Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(4));
    var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
    var peak = memory.Take().Max();
    Console.WriteLine();
    Console.WriteLine($"{"all pages of a log",-28} {"entries",9} {"pages",7} {"s",8} {"ms a page",10} {"before MB",10} {"peak MB",8}");
    Console.WriteLine(
        $"{made.Requests + " reads",-28} {entries,9} {pages,7} {seconds,8:0.0} {seconds * 1000 / pages,10:0.0} {before,10:0} {peak,8:0}"
        + (cursor is null ? "" : "  stopped after 4 min"));
    figures.Add(new { part = "pages", rows, entries, pages, seconds, beforeMb = before, peakMb = peak });
}

async Task DropAsync(int rows)
{
    var name = $"accesslog{TimeProvider.System.GetUtcNow().AddDays(-120):yyyyMMdd}";
    await OldRows.WriteAsync(storage, name, rows);
    await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
    var before = memory.Resident;
    _ = memory.Take();
    using var http = new HttpClient { BaseAddress = stack.App };
    using var body = new StringContent("{\"input\":\"\"}", Encoding.UTF8, "application/json");
    var since = Stopwatch.GetTimestamp();
    (await http.PostAsync("/admin/functions/DropOldTables", body)).EnsureSuccessStatusCode();
    while (await storage.QueryAsync($"TableName eq '{name}'").AnyAsync())
        await Task.Delay(5);
    var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
    var peak = memory.Take().Max();
    Console.WriteLine();
    Console.WriteLine($"{"retention",-28} {"s",8} {"before MB",10} {"peak MB",8}");
    Console.WriteLine($"{rows + " rows",-28} {seconds,8:0.000} {before,10:0} {peak,8:0}");
    figures.Add(new { part = "retention", rows, seconds, beforeMb = before, peakMb = peak });
}

string NewAccount() => stack.Atproto.CreateAccount($"user{figures.Count}.test", AccountMethod.Plc, AccountCurve.P256).Did;

string Token(string did, string method) => stack.Atproto.MintToken(did, $"did:web:localhost%3A{stack.App.Port}", a + method);

static string Group(string owner) => Uri.EscapeDataString($"{owner}#friends");

Task<Load> GetKeyAsync(Uri origin, HttpMethod verb, string owner, int count, TimeSpan time, int requests = int.MaxValue) => Load.SendAsync(
    origin, verb, $"/xrpc/{a}group.getKey?group_id={Group(owner)}", () => Token(owner, "group.getKey"), count, time, requests);
