using System.Diagnostics;
using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Lists;
using AtpKeyserver.Perf.Restore;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(30));
switch (args)
{
    case ["seed", ..]:
        await Seed.RunAsync(args, stop.Token);
        return 0;
    case ["check", var checkedGroup, var expected]:
        return await Check.RunAsync(checkedGroup, Parse(expected), stop.Token);
}

var (members, groups) = args is [var first, var second] ? (Parse(first), Parse(second)) : (100_000, 10_000);
var machine = Report.Machine;
Console.WriteLine(machine);
await using var stack = await Stack.StartAsync(new StackOptions { LogLines = 1_000 }, stop.Token);
await using var other = await AzuriteProcess.StartAsync();
var folder = Directory.CreateTempSubdirectory("keyserver-restore-").FullName;
try
{
    var (owner, member) = (stack.Atproto.CreateAccount("owner.test").Did, stack.Atproto.CreateAccount("member.test").Did);
    var (large, many) = ($"{owner}#large", $"{owner}#many.");
    await MakeAsync(large);
    await MakeAsync(many);
    await RunAsync(Environment.ProcessPath!, stack.Azurite, "seed", "members", large, $"{members}");
    await RunAsync(Environment.ProcessPath!, stack.Azurite, "seed", "groups", many, member, $"{groups}");
    var (copy, tombstones) = (Path.Combine(folder, "copy"), Path.Combine(folder, "tombstones"));
    var copied = await CopiesAsync(stack.Azurite, "copy", copy);
    var kept = await CopiesAsync(stack.Azurite, "tombstones", tombstones);
    var size = Directory.GetFiles(copy).Sum(file => new FileInfo(file).Length) / 1e6;
    var restored = await CopiesAsync(other, "restore", copy, "--tombstones", tombstones);
    await RunAsync(Environment.ProcessPath!, other, "check", large, $"{members}");
    var rows = members + (4 * groups);
    Console.WriteLine($"{rows:N0} rows, {size:0.0} MB: copied in {copied:0} s, tombstones in {kept:0} s, restored in {restored:0} s");
    Console.WriteLine(Report.Write("restore", machine, new { members, groups, rows, sizeMB = size, copied, tombstones = kept, restored }));
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task MakeAsync(string group)
{
    var nsid = "dev.atpkeyserver.alpha.group.getKey";
    using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = stack.App };
    using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{nsid}?group_id={Uri.EscapeDataString(group)}");
    var owner = group[..group.IndexOf('#', StringComparison.Ordinal)];
    request.Headers.Authorization = new("Bearer", stack.Atproto.MintToken(owner, $"did:web:localhost%3A{stack.App.Port}", nsid));
    using var response = await http.SendAsync(request, stop.Token);
    response.EnsureSuccessStatusCode();
}

async Task<double> CopiesAsync(AzuriteProcess storage, params string[] arguments)
{
    var (ours, theirs) = (Path.Combine("perf", "Restore"), Path.Combine("tools", "Copies"));
    var program = AppContext.BaseDirectory.Replace(ours, theirs, StringComparison.Ordinal);
    var began = Stopwatch.GetTimestamp();
    await RunAsync("dotnet", storage, [Path.Combine(program, "AtpKeyserver.Copies.dll"), .. arguments]);
    return Stopwatch.GetElapsedTime(began).TotalSeconds;
}

async Task RunAsync(string program, AzuriteProcess storage, params string[] arguments)
{
    var start = new ProcessStartInfo(program, arguments);
    foreach (var (name, value) in stack.AppVariables)
        start.Environment[name] = value;
    start.Environment["Keyserver__Tables__ConnectionString"] = storage.ConnectionString;
    using var process = Process.Start(start)!;
    await process.WaitForExitAsync(stop.Token);
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}.");
}

static int Parse(string number) => int.Parse(number, CultureInfo.InvariantCulture);
