using System.Diagnostics;
using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Export;
using AtpKeyserver.Perf.Lists;
using Azure.Data.Tables;

const string a = "dev.atpkeyserver.alpha.";
const int days = 90;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(30));
if (args is ["seed", ..])
{
    await Seed.RunAsync(args, stop.Token);
    return 0;
}

if (args is ["log", ..])
{
    await LogSeed.RunAsync(args, stop.Token);
    return 0;
}

var (rows, members) = args is [var first, var second] ? (int.Parse(first), int.Parse(second)) : (1_000_000, 100_000);
var machine = Report.Machine;
Console.WriteLine(machine);
await using var stack = await Stack.StartAsync(
    new StackOptions { LogLines = 1_000, Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" } }, stop.Token);
using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = stack.App, Timeout = TimeSpan.FromMinutes(10) };
var owner = stack.Atproto.CreateAccount("owner.test").Did;
var group = $"{owner}#everybody";
(await SendAsync("group.getKey", $"?group_id={Uri.EscapeDataString(group)}")).Dispose();
var since = Stopwatch.GetTimestamp();
await FillAsync("seed", "members", group, $"{members}");
await FillAsync("log", group, $"{rows}", $"{days}");
Console.WriteLine($"Written in {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s");

var (rawRows, rawSeconds) = await ReadRawAsync();
Console.WriteLine($"The same log as Azurite alone gives it, 1,000 rows at a time: {rawRows} rows in {rawSeconds:0.0} s");

await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
var before = memory.Resident;
_ = memory.Take();
since = Stopwatch.GetTimestamp();
using var response = await SendAsync("account.export", "");
var firstByte = Stopwatch.GetElapsedTime(since).TotalSeconds;
await using var body = await response.Content.ReadAsStreamAsync(stop.Token);
var export = await ReadAsync(body);
var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
var peak = memory.Take().Max();
Console.WriteLine($"{"members",8} {"log rows",9} {"s",7} {"first byte s",13} {"MB",6} {"before MB",10} {"peak MB",8}");
Console.WriteLine($"{export.Members,8} {export.LogEntries,9} {seconds,7:0.0} {firstByte,13:0.00} {export.Bytes / 1e6,6:0} {before,10:0} {peak,8:0}");
Console.WriteLine(Report.Write("export", machine, new
{
    export.Members, export.LogEntries, export.Bytes, seconds, firstByte, beforeMb = before, peakMb = peak, rawRows, rawSeconds,
}));
return 0;

async Task<HttpResponseMessage> SendAsync(string method, string query)
{
    using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{a}{method}{query}");
    request.Headers.Authorization = new("Bearer", stack.Atproto.MintToken(owner, $"did:web:localhost%3A{stack.App.Port}", a + method));
    return (await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token)).EnsureSuccessStatusCode();
}

async Task<Tally> ReadAsync(Stream document)
{
    var tally = new Tally();
    try
    {
        await tally.ReadAsync(document, stop.Token);
        return tally;
    }
    catch (IOException)
    {
        // What the app wrote comes through a pipe.
        await Task.Delay(1000, stop.Token);
        Console.WriteLine($"Broke off after {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s, {tally.Members} members, {tally.LogEntries} log rows:");
        Console.WriteLine(string.Join(Environment.NewLine, stack.Log.Lines.TakeLast(5)));
        throw;
    }
}

async Task FillAsync(params string[] arguments)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!, arguments);
    foreach (var (name, value) in stack.AppVariables)
        start.Environment[name] = value;
    using var fill = Process.Start(start)!;
    await fill.WaitForExitAsync(stop.Token);
    if (fill.ExitCode != 0)
        throw new InvalidOperationException("The rows could not be written.");
}

async Task<(int Rows, double Seconds)> ReadRawAsync()
{
    var storage = new TableServiceClient(stack.Azurite.ConnectionString);
    var count = 0;
    var started = Stopwatch.GetTimestamp();
    for (var day = 1; day <= days; day++)
    {
        var table = storage.GetTableClient($"accesslog{TimeProvider.System.GetUtcNow().AddDays(-day):yyyyMMdd}");
        await foreach (var row in table.QueryAsync<TableEntity>("PartitionKey ge '0'", 1_000, null, stop.Token))
            count++;
    }

    return (count, Stopwatch.GetElapsedTime(started).TotalSeconds);
}
