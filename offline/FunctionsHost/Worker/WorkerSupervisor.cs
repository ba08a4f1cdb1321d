using AtpKeyserver.FunctionsHost.Settings;

namespace AtpKeyserver.FunctionsHost.Worker;

/// <summary>Keeps one worker running: starts it again when it ends, and when a function takes too long.</summary>
internal sealed class WorkerSupervisor(
    LocalHostOptions options, HostSettings settings, HostJson hostJson, RpcServer rpc, HostLog log) : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TimeoutCheck = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource<WorkerInstance> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkerInstance? _current;
    private Task _supervising = Task.CompletedTask;

    /// <summary>The worker that takes calls; null while there is none.</summary>
    public WorkerInstance? Current => _current;

    /// <summary>Cancelled when the host begins to stop.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Starts the first worker and returns it when it takes calls.</summary>
    /// <exception cref="HostException">It ended, refused, or took too long; the message has its last lines.</exception>
    public async Task<WorkerInstance> StartAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, Stopping);
        var worker = await StartWorkerAsync(either.Token);
        _supervising = Task.Run(() => SuperviseAsync(worker), CancellationToken.None);
        return worker;
    }

    /// <summary>Returns the worker that takes calls, once there is one.</summary>
    public async Task<WorkerInstance> WaitForWorkerAsync(CancellationToken cancellation) =>
        await Volatile.Read(ref _ready).Task.WaitAsync(cancellation);

    /// <summary>Ends the restarts. The worker goes on.</summary>
    public Task BeginStopAsync() => _stopping.CancelAsync();

    /// <summary>Ends the worker, with time to finish.</summary>
    public async Task StopAsync()
    {
        await BeginStopAsync();
        _current?.Channel.Terminate(options.StopTimeout);
        await Task.WhenAny(_supervising, Task.Delay(options.StopTimeout));
        await KillAsync();
    }

    /// <summary>SIGKILL to the worker, without a restart.</summary>
    public async Task KillAsync()
    {
        await BeginStopAsync();
        _current?.Kill();
        await _supervising;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _stopping.Dispose();
    }

    private async Task SuperviseAsync(WorkerInstance worker)
    {
        for (var pause = ShortestPause; ;)
        {
            var since = options.Clock.GetTimestamp();
            await WaitForEndAsync(worker);
            _current = null;
            await worker.DisposeAsync();
            if (Stopping.IsCancellationRequested)
                return;

            pause = options.Clock.GetElapsedTime(since) > LongRun ? ShortestPause : pause;
            if (await RestartAsync(pause) is not { } next)
                return;
            worker = next;
            pause = Double(pause);
        }
    }

    /// <summary>Tries until a worker runs.</summary>
    /// <returns>Null when the host stops first.</returns>
    private async Task<WorkerInstance?> RestartAsync(TimeSpan pause)
    {
        Interlocked.Exchange(ref _ready, new(TaskCreationOptions.RunContinuationsAsynchronously));
        for (; ; pause = Double(pause))
        {
            log.Warning($"The worker ended. It starts again in {pause.TotalSeconds:0.##} s.");
            try
            {
                await Task.Delay(pause, options.Clock, Stopping);
                return await StartWorkerAsync(Stopping);
            }
            catch (HostException e)
            {
                log.Error(e.Message);
            }
            catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
            {
                return null;
            }
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
            _current = worker;
            // A stop that came between the two does not see this worker.
            Stopping.ThrowIfCancellationRequested();
            Volatile.Read(ref _ready).TrySetResult(worker);
            return worker;
        }
        catch (Exception e)
        {
            _current = null;
            if (e is WorkerLostException)
                await worker.SettleAsync();
            await worker.DisposeAsync();
            var reason = e switch
            {
                WorkerLostException => "The worker ended during its start.",
                HostException => e.Message,
                _ => $"The worker did not start within {options.StartTimeout.TotalSeconds:0} s.",
            };
            cancellation.ThrowIfCancellationRequested();
            throw new HostException($"{reason} Its last lines:{Environment.NewLine}{log.LastLines}", e);
        }
    }

    /// <summary>Returns when the process has ended, after killing it if a function runs too long.</summary>
    private async Task WaitForEndAsync(WorkerInstance worker)
    {
        var ended = worker.WaitForExitAsync();
        while (await Task.WhenAny(ended, Task.Delay(TimeoutCheck)) != ended)
        {
            var late = worker.Channel.Invocations.FirstOrDefault(
                invocation => options.Clock.GetElapsedTime(invocation.StartedAt) > hostJson.FunctionTimeout);
            if (late is null)
                continue;
            log.Error($"{late.Function} ran longer than {hostJson.FunctionTimeout}: the worker is killed.");
            worker.Kill();
        }
    }

    private static TimeSpan Double(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;
}
