using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using AtpKeyserver.FunctionsHost;

namespace AtpKeyserver.DevStack;

/// <summary>
/// The published function app on the local Functions host. The host runs in this process and listens on loopback. The
/// app is its worker, a child process.
/// </summary>
public sealed class AppProcess : IAsyncDisposable
{
    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyDictionary<string, string?> _environment;
    private LocalHost? _host;

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

    /// <summary>The worker's process id. It changes after a restart.</summary>
    public int ProcessId => _host?.WorkerProcessId ?? throw new InvalidOperationException("The app is not running.");

    /// <summary>The app's publish folder of this build configuration.</summary>
    /// <exception cref="StackException">The app is not built.</exception>
    public static string Folder()
    {
        var configuration =
            typeof(AppProcess).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        var path = Path.Combine(AzuriteProcess.RepositoryRoot(), "src/Functions/bin", configuration, "net10.0/publish");
        return File.Exists(Path.Combine(path, "worker.config.json"))
            ? path
            : throw new StackException(
                $"{path} is missing. Run: dotnet build src/Functions --configuration {configuration}");
    }

    /// <summary>The host's URLs for this port: 127.0.0.1, and ::1 if available.</summary>
    public static IReadOnlyList<string> Urls(int port)
    {
        var text = port.ToString(CultureInfo.InvariantCulture);
        return LoopbackPort.HasIPv6
            ? [$"http://127.0.0.1:{text}", $"http://[::1]:{text}"]
            : [$"http://127.0.0.1:{text}"];
    }

    /// <summary>Starts the app and waits until it is healthy.</summary>
    /// <exception cref="StackException">The app is not built, ended, or did not become healthy.</exception>
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

    /// <summary>Kills host and worker, like a machine failure.</summary>
    public Task KillAsync() => _host?.KillAsync() ?? Task.CompletedTask;

    /// <summary>Kills only the worker. The host restarts it.</summary>
    public void KillWorker()
    {
        using var worker = Process.GetProcessById(ProcessId);
        worker.Kill();
    }

    /// <summary>Stops gracefully, like a scale-in: running calls may finish.</summary>
    public Task StopAsync() => _host?.StopAsync() ?? Task.CompletedTask;

    /// <summary>Restarts the app on the same port. Kills it first if it is running.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await DisposeAsync();
        await LaunchAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _host = null;
    }

    private async Task LaunchAsync(CancellationToken cancellation)
    {
        try
        {
            _host = await LocalHost.StartAsync(
                new LocalHostOptions { AppFolder = Folder(), Urls = Urls(Port), Environment = _environment,
                    WriteLine = Log.Add },
                cancellation);
        }
        catch (HostException e)
        {
            throw new StackException(e.Message, e);
        }

        await WaitUntilHealthyAsync(cancellation);
    }

    private async Task WaitUntilHealthyAsync(CancellationToken cancellation)
    {
        using var http = Loopback.Client(TimeSpan.FromSeconds(10));
        var since = Stopwatch.GetTimestamp();
        for (var seen = "no response"; ; await Task.Delay(10, cancellation))
        {
            try
            {
                using var response = await http.GetAsync(new Uri(Origin, "xrpc/_health"), cancellation);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
                seen = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}";
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException
                && !cancellation.IsCancellationRequested)
            {
                seen = e.Message;
            }

            if (Stopwatch.GetElapsedTime(since) > HealthLimit)
            {
                throw new StackException(
                    $"The app did not become healthy in {HealthLimit.TotalSeconds} s: {seen}. Last output:"
                    + $"{Environment.NewLine}{string.Join(Environment.NewLine, Log.Lines.TakeLast(20))}");
            }
        }
    }
}
