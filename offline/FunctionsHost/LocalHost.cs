using AtpKeyserver.FunctionsHost.Functions;
using AtpKeyserver.FunctionsHost.Http;
using AtpKeyserver.FunctionsHost.Settings;
using AtpKeyserver.FunctionsHost.Timers;
using AtpKeyserver.FunctionsHost.Worker;

namespace AtpKeyserver.FunctionsHost;

/// <summary>
/// A Functions host for one machine. Like Azure, it runs the output of <c>dotnet publish</c>: the app is a child
/// process, the worker, which is called over the official protocol. The worker ends with this process.
/// </summary>
public sealed class LocalHost : IAsyncDisposable
{
    private readonly RpcServer _rpc;
    private readonly WorkerSupervisor _workers;
    private readonly TimerService _timers;
    private readonly HttpFrontEnd _frontEnd;
    private readonly HostLog _log;
    private readonly TimeSpan _stopTimeout;

    private LocalHost(
        RpcServer rpc, WorkerSupervisor workers, TimerService timers, HttpFrontEnd frontEnd, HostLog log,
        TimeSpan stopTimeout)
    {
        _rpc = rpc;
        _workers = workers;
        _timers = timers;
        _frontEnd = frontEnd;
        _log = log;
        _stopTimeout = stopTimeout;
    }

    /// <summary>The addresses with the actual ports.</summary>
    public IReadOnlyCollection<string> Addresses => _frontEnd.Addresses;

    /// <summary>The process id of the current worker; null if there is none.</summary>
    public int? WorkerProcessId => _workers.Current?.ProcessId;

    /// <summary>Starts the worker and listens once its functions are loaded.</summary>
    /// <exception cref="HostException">The app or its settings are invalid. Everything is stopped.</exception>
    public static async Task<LocalHost> StartAsync(LocalHostOptions options, CancellationToken cancellation = default)
    {
        options = options with { AppFolder = Path.GetFullPath(options.AppFolder) };
        var settings = new HostSettings(options);
        var hostJson = HostJson.Read(options.AppFolder, settings);
        HttpFrontEnd.Check(options, settings);
        var log = new HostLog(options.WriteLine, hostJson.LogLevels, options.Clock);
        var rpc = await RpcServer.StartAsync(cancellation);
        var workers = new WorkerSupervisor(options, settings, hostJson, rpc, log);
        try
        {
            var worker = await workers.StartAsync(cancellation);
            var functions = FunctionCatalog.Read(worker.Functions, new FunctionReader(hostJson, settings));
            var timers = new TimerService(functions.Timers, workers, log, options.Clock);
            var frontEnd = await HttpFrontEnd.StartAsync(
                options, hostJson, settings, functions, workers, timers, log, cancellation);
            timers.Start();
            log.Information($"{functions.Http.Count} HTTP functions and {functions.Timers.Count} timers on "
                + string.Join(' ', frontEnd.Addresses));
            return new LocalHost(rpc, workers, timers, frontEnd, log, options.StopTimeout);
        }
        catch
        {
            await workers.DisposeAsync();
            await rpc.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops gracefully, like a scale-in on Azure: waits for running requests, cancels timers, then stops the worker.
    /// </summary>
    public async Task StopAsync()
    {
        await _workers.BeginStopAsync();
        // A timer that ignores cancellation ends with the worker.
        var timers = _timers.DisposeAsync().AsTask().WaitAsync(_stopTimeout);
        await _frontEnd.StopAsync();
        await timers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _workers.StopAsync();
    }

    /// <summary>Stops at once, like a machine failure: aborts connections and kills the worker.</summary>
    public async Task KillAsync()
    {
        await _workers.KillAsync();
        await _frontEnd.DisposeAsync();
        await _timers.DisposeAsync();
        await _rpc.DisposeAsync();
        _log.Close();
    }

    public async ValueTask DisposeAsync() => await KillAsync();
}
