using AtpKeyserver.FunctionsHost.Settings;

namespace AtpKeyserver.FunctionsHost.Worker;

/// <summary>Keeps one worker running: restarts it when it ends, and kills it when a function takes too long.</summary>
internal sealed class WorkerSupervisor(
    LocalHostOptions options, HostSettings settings, HostJson hostJson, RpcServer rpc, HostLog log) : IAsyncDisposable
{
    private const int MostStarts = 3;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TimeoutCheck = TimeSpan.FromSeconds(1);

    // Three steps towards the end. Every worker registers with them, so that none of them misses a worker that has just
    // started.
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _terminating = new();
    private readonly CancellationTokenSource _killing = new();

    private volatile TaskCompletionSource<WorkerInstance> _ready = NewReady();
    private Task _supervising = Task.CompletedTask;

    /// <summary>The worker that takes calls; null while there is none.</summary>
    public WorkerInstance? Current
    {
        get
        {
            var ready = _ready.Task;
            return ready.IsCompletedSuccessfully ? ready.Result : null;
        }
    }

    /// <summary>Cancelled when the host begins to stop.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Starts the first worker and returns it when it takes calls.</summary>
    /// <exception cref="HostException">It ended, refused, or took too long; the message has its last lines.</exception>
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
            catch (HostException e) when (starts < MostStarts && LostItsPort(e))
            {
                log.Warning("Another process took the worker's port. The worker starts again.");
            }
        }
    }

    /// <summary>Returns the worker that takes calls, once there is one.</summary>
    public Task<WorkerInstance> WaitForWorkerAsync(CancellationToken cancellation) =>
        _ready.Task.WaitAsync(cancellation);

    /// <summary>Ends the restarts. The worker keeps running.</summary>
    public Task BeginStopAsync() => _stopping.CancelAsync();

    /// <summary>Ends the worker, with time to finish.</summary>
    public async Task StopAsync()
    {
        await BeginStopAsync();
        await _terminating.CancelAsync();
        await _supervising.WaitAsync(options.StopTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await KillAsync();
    }

    /// <summary>SIGKILL to the worker, without a restart.</summary>
    public async Task KillAsync()
    {
        await BeginStopAsync();
        await _killing.CancelAsync();
        await _supervising;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private static TaskCompletionSource<WorkerInstance> NewReady() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The worker looks for a free port, closes it and opens it again later: in between, any process can take it.
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
            log.Warning($"The worker ended. It starts again in {pause.TotalSeconds:0.##} s.");
            worker = await RestartAsync(pause);
        }
    }

    /// <summary>Lets a worker take calls until it ends.</summary>
    private async Task RunAsync(WorkerInstance worker)
    {
        await using var terminate = _terminating.Token.Register(() => worker.Channel.Terminate(options.StopTimeout));
        await using var kill = _killing.Token.Register(worker.Kill);
        _ready.SetResult(worker);
        log.Information($"The worker takes calls: process {worker.ProcessId}.");
        await WaitForEndAsync(worker);
        _ready = NewReady();
        // One that has disconnected may need a moment for its end.
        await worker.Exited.WaitAsync(options.StopTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await worker.DisposeAsync();
    }

    /// <returns>Null when the host stops, or the worker did not start.</returns>
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
            // What it writes on its way out says why.
            if (e is WorkerLostException)
                await worker.Exited.WaitAsync(options.StopTimeout, cancellation)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await worker.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            var reason = e switch
            {
                WorkerLostException => "The worker ended during its start.",
                HostException => e.Message,
                _ => $"The worker did not start within {options.StartTimeout.TotalSeconds:0.##} s.",
            };
            throw new HostException($"{reason} Its last lines:{Environment.NewLine}{log.LastLines}", e);
        }
    }

    /// <summary>Returns when the worker takes no more calls. Kills it if a function runs too long.</summary>
    private async Task WaitForEndAsync(WorkerInstance worker)
    {
        while (await Task.WhenAny(worker.Ended, Task.Delay(TimeoutCheck)) != worker.Ended)
        {
            var late = worker.Channel.Invocations.FirstOrDefault(
                invocation => options.Clock.GetElapsedTime(invocation.StartedAt) > hostJson.FunctionTimeout);
            if (late is null)
                continue;
            log.Error($"{late.Function} ran longer than {hostJson.FunctionTimeout}: the worker is killed.");
            worker.Kill();
            await worker.Ended;
        }
    }
}
