using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;

namespace AtpKeyserver.DevStack;

/// <summary>The function app on the local Functions host, as a child process that listens on loopback.</summary>
public sealed class AppProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyDictionary<string, string?> _environment;
    private ChildProcess? _process;

    private AppProcess(int port, IReadOnlyDictionary<string, string?> environment, AppLog log)
    {
        Port = port;
        _environment = environment;
        Log = log;
    }

    public int Port { get; }

    /// <summary><c>http://localhost:{port}/</c></summary>
    public Uri Origin => new($"http://localhost:{Port}/");

    public AppLog Log { get; }

    /// <summary>Of the running process; another one after a restart.</summary>
    public int ProcessId => _process?.Process.Id ?? throw new InvalidOperationException("The app doesn't run.");

    public bool IsRunning => _process is { Process.HasExited: false };

    /// <summary>The app as it was built beside this library, in the same configuration; a release build as it is deployed.</summary>
    /// <exception cref="StackException">It isn't built.</exception>
    public static string Assembly()
    {
        var root = AzuriteProcess.RepositoryRoot();
        var configuration = typeof(AppProcess).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        var folder = configuration == "Release" ? "net10.0/publish" : "net10.0";
        var path = Path.Combine(root, "src/Functions/bin", configuration, folder, "AtpKeyserver.Functions.dll");
        return File.Exists(path)
            ? path
            : throw new StackException($"{path} is missing. Build it: dotnet build Functions.sln --configuration {configuration}");
    }

    /// <summary>Starts the app and waits until it reports that it is healthy.</summary>
    /// <exception cref="StackException">It isn't built, it ended, or it doesn't become healthy.</exception>
    internal static async Task<AppProcess> StartAsync(
        int port, IReadOnlyDictionary<string, string?> environment, AppLog log, CancellationToken cancellation)
    {
        var app = new AppProcess(port, environment, log);
        try
        {
            await app.LaunchAsync(cancellation);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL, as a crash would.</summary>
    public Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    /// <summary>SIGTERM, as a platform that takes an instance away; the app may finish what it is doing.</summary>
    public Task StopAsync() => _process?.StopAsync(PosixSignalNumber.Terminate, StopLimit) ?? Task.CompletedTask;

    /// <summary>Starts it again at the same place, killing it first if it runs.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await DisposeAsync();
        await LaunchAsync(cancellation);
    }

    /// <summary>Returns when the process has ended.</summary>
    public Task WaitForExitAsync(CancellationToken cancellation = default) =>
        _process?.Process.WaitForExitAsync(cancellation) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        _process = await ChildProcess.StartAsync("The app", "dotnet", [Assembly()], Listening(), Log.Add);
        await WaitUntilHealthyAsync(_process, cancellation);
    }

    private Dictionary<string, string?> Listening()
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        return new Dictionary<string, string?>(_environment)
        {
            ["FUNCTIONS_HOST_URLS"] = $"http://127.0.0.1:{port}" + (LoopbackPort.HasIPv6 ? $";http://[::1]:{port}" : ""),
        };
    }

    private async Task WaitUntilHealthyAsync(ChildProcess process, CancellationToken cancellation)
    {
        using var http = Loopback.Client(TimeSpan.FromSeconds(10));
        var since = Stopwatch.GetTimestamp();
        for (var seen = "no answer"; ; await Task.Delay(50, cancellation))
        {
            try
            {
                using var response = await http.GetAsync(new Uri(Origin, "xrpc/_health"), cancellation);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
                seen = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}";
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
            {
                seen = "no answer in time";
            }

            if (process.Process.HasExited)
                throw new StackException($"The app ended at its start (exit status {process.Process.ExitCode}).{Tail(process)}");
            if (Stopwatch.GetElapsedTime(since) > StartLimit)
                throw new StackException($"The app did not become healthy in {StartLimit.TotalSeconds} s: {seen}.{Tail(process)}");
        }
    }

    private static string Tail(ChildProcess process) =>
        process.LastOutput is { Length: > 0 } output ? $" Its last lines:{Environment.NewLine}{output}" : "";
}
