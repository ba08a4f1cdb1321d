using System.Diagnostics;
using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Lists;
using Azure.Data.Tables;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(15));
if (args is ["seed", ..])
{
    await Seed.RunAsync(args, stop.Token);
    return 0;
}

var machine = Report.Machine;
Console.WriteLine(machine);
await using var stack = await Stack.StartAsync(
    new StackOptions { LogLines = 1_000, Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" } }, stop.Token);
await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = stack.App };
var (owner, member) = (stack.Atproto.CreateAccount("owner.test").Did, stack.Atproto.CreateAccount("member.test").Did);
var figures = new List<Pages>();
var seen = new HashSet<string>();

Console.WriteLine($"{"list",-24} {"entries",8} {"pages",6} {"s",7} {"median ms",10} {"slowest ms",11} {"before MB",10} {"peak MB",8}");
foreach (var count in args is ["groups"] ? [] : new[] { 1_000, 10_000, 100_000 })
{
    var group = $"{owner}#of{count}";
    await MakeAsync(group);
    await SeedAsync("members", group, $"{count}");
    await ShowAsync(RawAsync($"{count} members, raw", "groups", $"GroupId eq '{group}'", "m:"));
    await ShowAsync(Pages.ReadAsync(
        $"{count} members", stack, memory, owner, "group.listMembers", $"group_id={Uri.EscapeDataString(group)}", "members", stop.Token));
}

foreach (var count in args is ["members"] ? [] : new[] { 1_000, 10_000 })
{
    var caller = count == 10_000 ? member : stack.Atproto.CreateAccount($"member{count}.test").Did;
    var group = $"{owner}#{count}.";
    await MakeAsync(group);
    await SeedAsync("groups", group, caller, $"{count}");
    await ShowAsync(RawAsync($"{count} groups, raw", "memberships", "RowKey ge 'member:' and RowKey lt 'member;'", "member:"));
    await ShowAsync(Pages.ReadAsync($"{count} groups", stack, memory, caller, "group.listGroups", "role=member", "groups", stop.Token));
}

Console.WriteLine($"The most the app ever had: {memory.HighWater:0} MB");
Console.WriteLine(Report.Write("lists", machine, figures));
return 0;

async Task MakeAsync(string group)
{
    var nsid = "dev.atpkeyserver.alpha.group.getKey";
    using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{nsid}?group_id={Uri.EscapeDataString(group)}");
    request.Headers.Authorization = new("Bearer", stack.Atproto.MintToken(owner, $"did:web:localhost%3A{stack.App.Port}", nsid));
    using var response = await http.SendAsync(request, stop.Token);
    response.EnsureSuccessStatusCode();
}

async Task SeedAsync(params string[] arguments)
{
    var start = new ProcessStartInfo(Environment.ProcessPath!, ["seed", .. arguments]);
    foreach (var (name, value) in stack.AppVariables)
        start.Environment[name] = value;
    using var seed = Process.Start(start)!;
    await seed.WaitForExitAsync(stop.Token);
    if (seed.ExitCode != 0)
        throw new InvalidOperationException("The rows could not be written.");
}

// 64 pages of the same rows, spread over the list, as the store alone gives them to whoever has its key.
async Task<Pages> RawAsync(string title, string table, string anyRow, string prefix)
{
    var rows = new TableServiceClient(stack.Azurite.ConnectionString).GetTableClient(table);
    var partition = "";
    await foreach (var row in rows.QueryAsync<TableEntity>(anyRow, 1_000, ["PartitionKey"], stop.Token))
    {
        partition = row.PartitionKey;
        if (seen.Add(partition))
            break;
    }

    var (count, times) = (0, new List<double>());
    for (var place = 0; place < 256; place += 4)
    {
        // Keys are hashes: their first digits are spread evenly.
        var filter = $"PartitionKey eq '{partition}' and RowKey gt '{prefix}{place:x2}' and RowKey lt '{prefix}g'";
        var since = Stopwatch.GetTimestamp();
        await foreach (var page in rows.QueryAsync<TableEntity>(filter, 101, null, stop.Token).AsPages())
        {
            count += page.Values.Count;
            break;
        }

        times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
    }

    times.Sort();
    return new Pages(title, count, times.Count, times.Sum() / 1000, times[times.Count / 2], times[^1], memory.Resident, memory.Resident);
}

async Task ShowAsync(Task<Pages> reading)
{
    var pages = await reading;
    figures.Add(pages);
    Console.WriteLine(
        $"{pages.List,-24} {pages.Entries,8} {pages.Requests,6} {pages.Seconds,7:0.0} {pages.MedianMs,10:0.0} {pages.SlowestMs,11:0.0} "
        + $"{pages.BeforeMb,10:0} {pages.PeakMb,8:0}");
}
