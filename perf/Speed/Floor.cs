using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.FunctionsHost.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Perf.Speed;

/// <summary>The least that could answer: Kestrel alone, in a process of its own, with an answer of the same bytes and headers.</summary>
internal static class Floor
{
    /// <summary><c>floor {port} {body}</c></summary>
    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{args[1]}");
        await using var app = builder.Build();
        var body = Convert.FromBase64String(args[2]);
        app.Run(async context =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = body.Length;
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            await context.Response.Body.WriteAsync(body);
        });
        await app.RunAsync();
    }

    /// <summary>Starts it as a child that ends with this process.</summary>
    public static async Task<(ChildProcess Process, Uri Origin)> StartAsync(byte[] body)
    {
        var port = LoopbackPort.Choose();
        var origin = new Uri($"http://127.0.0.1:{port}/");
        var process = await ChildProcess.StartAsync(
            "The floor", "dotnet", [typeof(Floor).Assembly.Location, "floor", $"{port}", Convert.ToBase64String(body)]);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20); await Task.Delay(50))
        {
            try
            {
                using var response = await http.GetAsync(origin);
                return (process, origin);
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }

        throw new InvalidOperationException("Kestrel did not start.");
    }
}
