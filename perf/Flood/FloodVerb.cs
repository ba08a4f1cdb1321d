using System.CommandLine;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Flood;

/// <summary>Measures the app's memory and PLC directory lookups under calls of many unknown callers.</summary>
internal sealed class FloodVerb(int rounds, int requests)
{
    private const double MaxGrowthMb = 150;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    public static Command Create()
    {
        var rounds = NumberOption.Create("--rounds", "Rounds, each with new callers", 1);
        var requests = NumberOption.Create("--requests", "Calls in a wave; a round has two waves", 100_000);
        var refusals = new Option<bool>("--refusals")
        {
            Description = "Instead: the latency of denials for existing and missing groups",
        };
        var samples = NumberOption.Create("--samples", "Denials per group", 1_000);
        var command = new Command("flood", "Memory and DID lookups under calls of unknown callers")
        {
            rounds, requests, refusals, samples,
        };
        command.SetAction((line, cancellation) =>
        {
            var verb = new FloodVerb(line.GetValue(rounds), line.GetValue(requests));
            return line.GetValue(refusals)
                ? MeasureRefusalsAsync(line.GetValue(samples), cancellation)
                : verb.RunAsync(cancellation);
        });
        return command;
    }

    /// <returns>1 if the app grew by more than 150 MB.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Limit);
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await StartAsync(rateLimits: true, stop.Token);
        await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
        var atFirst = memory.Resident;

        var waves = await SendAsync(stack, memory, stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(10), stop.Token);
        Console.WriteLine();
        Console.WriteLine($"10 s later: {memory.Resident:0} MB");
        Console.WriteLine(Report.Write("flood", machine, waves));
        var growth = memory.HighWater - atFirst;
        if (growth <= MaxGrowthMb)
            return 0;
        Console.Error.WriteLine($"The app grew by {growth:0} MB. The limit is {MaxGrowthMb:0} MB.");
        return 1;
    }

    private static async Task<int> MeasureRefusalsAsync(int samples, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Limit);
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await StartAsync(rateLimits: false, stop.Token);
        var measured = await Refusals.MeasureAsync(stack, samples, stop.Token);
        Console.WriteLine(Report.Write("refusals", machine, measured));
        return 0;
    }

    private static Task<Stack> StartAsync(bool rateLimits, CancellationToken cancellation) => Stack.StartAsync(
        new StackOptions
        {
            LogLines = 1_000,
            // The local host is one proxy, and the load generator simulates another.
            Environment = new Dictionary<string, string>
            {
                ["Keyserver__RateLimits__TrustedProxies"] = "2",
                ["Keyserver__RateLimits__Enabled"] = $"{rateLimits}",
            },
        },
        cancellation);

    private async Task<List<Wave>> SendAsync(Stack stack, MemoryWatch memory, CancellationToken cancellation)
    {
        var audience = XrpcCaller.Audience(stack);
        var waves = new List<Wave>();
        Wave.PrintHead();
        for (var round = 0; round < rounds; round++)
        {
            var first = round * requests;
            await AddAsync("addresses", number => Strangers.Anonymous(first + number));
            await AddAsync("accounts", number => Strangers.WithToken(first + number, audience));
        }

        return waves;

        async Task AddAsync(string name, Func<int, HttpRequestMessage> request)
        {
            waves.Add(await Wave.SendAsync($"{requests} {name}", requests, stack, memory, request, cancellation));
            waves[^1].Print();
        }
    }
}
