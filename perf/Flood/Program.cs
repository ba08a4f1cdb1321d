using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Flood;

const int requests = 100_000;
const double mostGrowthMb = 150;
var limit = TimeSpan.FromMinutes(15);

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var rounds = args is [var text] && int.TryParse(text, out var asked) ? Math.Clamp(asked, 1, 10) : 1;
var machine = Report.Machine;
Console.WriteLine(machine);

using var stop = new CancellationTokenSource(limit);
await using var stack = await Stack.StartAsync(
    new StackOptions
    {
        LogLines = 1_000,
        // The local host is one proxy, and the load pretends to be another.
        Environment = new Dictionary<string, string>
        {
            ["Keyserver__RateLimits__TrustedProxies"] = "2",
            ["Keyserver__RateLimits__Enabled"] = $"{args is not ["--refusals", ..]}",
        },
    },
    stop.Token);
if (args is ["--refusals", .. var samples])
{
    var count = samples is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 1000;
    var measured = await Refusals.MeasureAsync(stack, count, stop.Token);
    Console.WriteLine(Report.Write("refusals", machine, measured));
    return 0;
}

await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
var atFirst = memory.Resident;
var audience = $"did:web:localhost%3A{stack.App.Port}";

Console.WriteLine();
Console.WriteLine($"{"wave",-22} {"s",6} {"before MB",10} {"peak MB",8} {"after MB",9} {"high water",11} {"look-ups",9}  answers");
var waves = new List<Wave>();
for (var round = 0; round < rounds; round++)
{
    var first = round * requests;
    await SendAsync("addresses", number => Strangers.Anonymous(first + number));
    await SendAsync("accounts", number => Strangers.WithToken(first + number, audience));
}

await Task.Delay(TimeSpan.FromSeconds(10), stop.Token);
Console.WriteLine();
Console.WriteLine($"10 s later: {memory.Resident:0} MB");
Console.WriteLine(Report.Write("flood", machine, waves));
var growth = memory.HighWater - atFirst;
if (growth <= mostGrowthMb)
    return 0;
Console.Error.WriteLine($"The app grew by {growth:0} MB; {mostGrowthMb:0} were expected at the most.");
return 1;

async Task SendAsync(string name, Func<int, HttpRequestMessage> request)
{
    var wave = await Wave.SendAsync($"{requests} {name}", requests, stack, memory, request, stop.Token);
    waves.Add(wave);
    var answers = string.Join(", ", wave.Answers.Select(answer => $"{answer.Value} × {answer.Key}"));
    Console.WriteLine(
        $"{wave.Name,-22} {wave.Seconds,6:0.0} {wave.BeforeMb,10:0} {wave.PeakMb,8:0} {wave.AfterMb,9:0} {wave.HighWaterMb,11:0} "
        + $"{wave.LookUps,9}  {answers}");
}
