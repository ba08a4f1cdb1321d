using System.CommandLine;
using System.Diagnostics;
using System.Security.Cryptography;
using AtpKeyserver.Perf.Client;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Content;

/// <summary>Compares the TypeScript client, in Node, with the .NET client: content with a cached key.</summary>
internal sealed class ContentVerb(int rounds, TimeSpan duration, string node)
{
    /// <summary>By then V8 has optimized what is called often.</summary>
    private const int WarmUpRounds = 3;

    private static readonly (string Name, int Bytes)[] s_sizes = [("1 KB", 1 << 10), ("1 MB", 1 << 20)];

    public static Command Create()
    {
        var rounds = NumberOption.Create("--rounds", "Runs of each call", 9);
        var milliseconds = NumberOption.Create("--milliseconds", "Duration of a run", 500);
        var node = new Option<string>("--node")
        {
            Description = "The Node program",
            HelpName = "FILE",
            DefaultValueFactory = _ => "node",
        };
        var command = new Command("content", "Encrypting and decrypting with the TypeScript and the .NET client")
        {
            rounds, milliseconds, node,
        };
        command.SetAction((line, cancellation) => new ContentVerb(
            line.GetValue(rounds),
            TimeSpan.FromMilliseconds(line.GetValue(milliseconds)),
            line.GetValue(node)!).RunAsync(cancellation));
        return command;
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var typescript = await NodeClient.StartAsync(node, cancellation);
        var machine = $"{Report.Machine}, Node {typescript.Version}";
        Console.WriteLine(machine);
        using var client = new CachedClient();
        var figures = new List<ContentFigures>();
        foreach (var (size, bytes) in s_sizes)
        {
            var plaintext = RandomNumberGenerator.GetBytes(bytes);
            var decryption = await client.DecryptionAsync(plaintext, cancellation);
            figures.Add(await CompareAsync("encrypt", "seal", size, bytes, client.Encryption(plaintext)));
            figures.Add(await CompareAsync("decrypt", "open", size, bytes, decryption));
        }

        ContentFigures.PrintHead();
        foreach (var each in figures)
            each.Print();
        Console.WriteLine();
        Console.WriteLine(Report.Write("content", machine, figures));
        return 0;

        // Alternates, so that a busy machine slows all of them down.
        async Task<ContentFigures> CompareAsync(string what, string cipher, string size, int bytes, Action call)
        {
            var all = new List<(double DotNet, double Node, double Noble)>();
            for (var round = 0; round < WarmUpRounds + rounds; round++)
            {
                all.Add((
                    Measure(call),
                    await typescript.MeasureAsync(what, bytes, duration, cancellation),
                    await typescript.MeasureAsync(cipher, bytes, duration, cancellation)));
            }

            return ContentFigures.Of($"{what} {size}", bytes, all[WarmUpRounds..]);
        }
    }

    /// <returns>The CPU time of a call in microseconds, with that of the garbage collector.</returns>
    private double Measure(Action call)
    {
        var since = Stopwatch.GetTimestamp();
        var before = Environment.CpuUsage.TotalTime;
        var count = 0;
        for (; Stopwatch.GetElapsedTime(since) < duration; count++)
            call();
        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / count;
    }
}
