using AtpKeyserver.FunctionsHost.Settings;

namespace AtpKeyserver.FunctionsHost.Worker;

/// <summary>
/// Keeps one worker running: restarts it when it ends, and kills it when a function exceeds its time limit.
/// </summary>
internal sealed class WorkerSupervisor(
    LocalHostOptions options, HostSettings settings, HostJson hostJson, RpcServer rpc, HostLog log) : IAsyncDisposable
{
    private const int MaxStarts = 3;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TimeoutCheck = TimeSpan.FromSeconds(1);

    // The three stages of shutdown. Each worker registers with them, so that a new worker is not missed.
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _terminating = new();
    private readonly CancellationTokenSource _killing = new();

    private volatile TaskCompletionSource<WorkerInstance> _ready = NewReady();
    private Task _supervising = Task.CompletedTask;

    /// <summary>The current worker; null if there is none.</summary>
    public WorkerInstance? Current
    {
        get
        {
            var ready = _ready.Task;
            return ready.IsCompletedSuccessfully ? ready.Result : null;
        }
    }

    /// <summary>Cancelled when the host starts to stop.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Starts the first worker and waits until it is ready.</summary>
    /// <exception cref="HostException">
    /// The worker ended, reported an error or timed out. The message has its last output.
    /// </exception>
    public async Task<WorkerInstance> StartAsync(CancellationToken cancellation)
    {
        for (var starts = 1; ; starts++)
        {
            try
            {
                var worker = await StartWorkerAsync(cancellation);
                _supervising = SuperviseAsync(worker);
                return worker;
            }
            catch (HostException e) when (starts < MaxStarts && LostItsPort(e))
            {
                log.Warning("Another process took the worker's port. Restarting the worker.");
            }
        }
    }

    /// <summary>Waits for a worker that is ready.</summary>
    public Task<WorkerInstance> WaitForWorkerAsync(CancellationToken cancellation) =>
        _ready.Task.WaitAsync(cancellation);

    /// <summary>Disables restarts. The worker keeps running.</summary>
    public Task BeginStopAsync() => _stopping.CancelAsync();

    /// <summary>Stops the worker gracefully.</summary>
    public async Task StopAsync()
    {
        await BeginStopAsync();
        await _terminating.CancelAsync();
        await _supervising.WaitAsync(options.StopTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await KillAsync();
    }

    /// <summary>Kills the worker, without a restart.</summary>
    public async Task KillAsync()
    {
        await BeginStopAsync();
        await _killing.CancelAsync();
        await _supervising;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private static TaskCompletionSource<WorkerInstance> NewReady() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The worker finds a free port, closes it and opens it again later. Another process can take it in between.
    private static bool LostItsPort(HostException e) =>
        e.InnerException is WorkerLostException
            && e.Message.Contains("address already in use", StringComparison.Ordinal);

    private static TimeSpan Double(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private async Task SuperviseAsync(WorkerInstance? worker)
    {
        for (var pause = ShortestPause; ; pause = Double(pause))
        {
            if (worker is not null)
            {
                var since = options.Clock.GetTimestamp();
                await RunAsync(worker);
                pause = options.Clock.GetElapsedTime(since) > LongRun ? ShortestPause : pause;
            }

            if (Stopping.IsCancellationRequested)
                return;
            log.Warning($"The worker ended. Restarting it in {pause.TotalSeconds:0.##} s.");
            worker = await RestartAsync(pause);
        }
    }

    /// <summary>Publishes a worker as current until it ends.</summary>
    private async Task RunAsync(WorkerInstance worker)
    {
        await using var terminate = _terminating.Token.Register(() => worker.Channel.Terminate(options.StopTimeout));
        await using var kill = _killing.Token.Register(worker.Kill);
        _ready.SetResult(worker);
        log.Information($"The worker is ready: process {worker.ProcessId}.");
        await WaitForEndAsync(worker);
        _ready = NewReady();
        // A disconnected worker may need a moment to exit.
        await worker.Exited.WaitAsync(options.StopTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await worker.DisposeAsync();
    }

    /// <returns>Null if the host is stopping or the worker did not start.</returns>
    private async Task<WorkerInstance?> RestartAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, options.Clock, Stopping);
            return await StartWorkerAsync(Stopping);
        }
        catch (HostException e)
        {
            log.Error(e.Message);
            return null;
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<WorkerInstance> StartWorkerAsync(CancellationToken cancellation)
    {
        var worker = await WorkerInstance.StartAsync(options, settings, rpc, log);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.StartTimeout);
        try
        {
            await worker.LoadAsync(options.AppFolder, limit.Token);
            return worker;
        }
        catch (Exception e)
        {
            // Its last output explains the failure.
            if (e is WorkerLostException)
                await worker.Exited.WaitAsync(options.StopTimeout, cancellation)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await worker.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            var reason = e switch
            {
                WorkerLostException => "The worker ended during startup.",
                HostException => e.Message,
                _ => $"The worker did not start within {options.StartTimeout.TotalSeconds:0.##} s.",
            };
            throw new HostException($"{reason} Last output:{Environment.NewLine}{log.LastLines}", e);
        }
    }

    /// <summary>Waits until the worker ends. Kills it if a function exceeds its time limit.</summary>
    private async Task WaitForEndAsync(WorkerInstance worker)
    {
        while (await Task.WhenAny(worker.Ended, Task.Delay(TimeoutCheck)) != worker.Ended)
        {
            var late = worker.Channel.Invocations.FirstOrDefault(
                invocation => options.Clock.GetElapsedTime(invocation.StartedAt) > hostJson.FunctionTimeout);
            if (late is null)
                continue;
            log.Error($"{late.Function} ran longer than {hostJson.FunctionTimeout}. Killing the worker.");
            worker.Kill();
            await worker.Ended;
        }
    }
}
