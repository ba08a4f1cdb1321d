using System.CommandLine;
using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Speed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Perf.Worker;

/// <summary>The same answer as the empty function's, from Kestrel alone, in a process of its own.</summary>
internal static class BareKestrel
{
    private const string Verb = "kestrel";

    private static readonly Request s_request = new("/empty", new Dictionary<string, string>());

    /// <summary>The hidden verb of that process.</summary>
    public static Command Create()
    {
        var port = new Argument<int>("port");
        var command = new Command(Verb) { port };
        command.Hidden = true;
        command.SetAction((line, cancellation) => ServeAsync(line.GetValue(port), cancellation));
        return command;
    }

    public static async Task<Round> MeasureAsync(int warmUpSeconds, int seconds, CancellationToken cancellation)
    {
        var port = LoopbackPort.Choose();
        var origin = new Uri($"http://127.0.0.1:{port}/");
        using var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [Verb, $"{port}"]) { RedirectStandardOutput = true })!;
        try
        {
            await process.StandardOutput.ReadLineAsync(cancellation); // It listens.
            await RunAsync(warmUpSeconds);
            return await RunAsync(seconds);
        }
        finally
        {
            process.Kill();
        }

        Task<Round> RunAsync(int time) => Round.RunAsync(origin, process.Id, store: null, [s_request], time);
    }

    private static async Task<int> ServeAsync(int port, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
        app.MapGet("/empty", () => Results.Text("{}", "application/json"));
        await app.StartAsync(cancellation);
        Console.WriteLine("listening");
        await Task.Delay(Timeout.Infinite, cancellation);
        return 0;
    }
}
