using System.Collections.Concurrent;
using System.Text.Json;
using AtpKeyserver.FunctionsHost.Functions;
using AtpKeyserver.FunctionsHost.Worker;
using AtpKeyserver.FunctionsHost.Worker.Rpc;

namespace AtpKeyserver.FunctionsHost.Timers;

/// <summary>
/// Runs timer functions on their schedules and on demand. Scheduled runs of a function never overlap. Runs that were
/// due before the host started are skipped.
/// </summary>
internal sealed class TimerService(
    IReadOnlyList<TimerFunction> functions, WorkerSupervisor workers, HostLog log,
    TimeProvider clock) : IAsyncDisposable
{
    // Limits each wait, because the clock may be changed while a timer is waiting.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public void Start()
    {
        foreach (var function in functions.Where(function => !function.Disabled))
            Track(Task.Run(() => FollowAsync(function)));
    }

    /// <summary>Starts an unscheduled run without waiting for it.</summary>
    /// <returns>False if there is no timer function with this name.</returns>
    public bool TryStartNow(string name)
    {
        if (functions.FirstOrDefault(
            function => function.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } function)
            return false;
        Track(Task.Run(() => RunAsync(function, status: null, due: null)));
        return true;
    }

    /// <summary>Cancels running functions and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task FollowAsync(TimerFunction function)
    {
        var status = new ScheduleStatus(default, default, Now);
        if (function.RunOnStartup)
            await RunAsync(function, status, due: null);
        while (function.Schedule.Next(Now) is { } next)
        {
            status = status with { Next = next, LastUpdated = Now };
            await WaitUntilAsync(next);
            await RunAsync(function, status, next);
            status = status with { Last = next };
        }
    }

    private async Task WaitUntilAsync(DateTime occurrence)
    {
        for (var left = occurrence - Now; left > TimeSpan.Zero; left = occurrence - Now)
        {
            // Task.Delay rounds down to milliseconds; one more avoids a second wait.
            await Task.Delay(left < LongestWait ? left + TimeSpan.FromMilliseconds(1) : LongestWait, clock,
                _stopping.Token);
        }
    }

    private async Task RunAsync(TimerFunction function, ScheduleStatus? status, DateTime? due)
    {
        // Without a worker, the run is delayed.
        var worker = await workers.WaitForWorkerAsync(_stopping.Token);
        var timer = new TimerData(
            new ScheduleData(AdjustForDST: true), function.IsMonitored ? status : null, Now - due > Late);
        var call = new InvocationRequest { TraceContext = new RpcTraceContext() };
        call.InputData.Add(new ParameterBinding
        {
            Name = function.Parameter,
            Data = new TypedData { Json = JsonSerializer.Serialize(timer) },
        });
        var run = worker.Start(function.Name, call);
        await using var cancel = _stopping.Token.Register(() => worker.Channel.Cancel(run));
        try
        {
            var result = await run.Result;
            if (result.Status == StatusResult.Types.Status.Failure)
                log.Error($"{function.Name} failed: {result.Exception?.Message} {result.Exception?.StackTrace}");
        }
        catch (WorkerLostException e)
        {
            log.Error($"{function.Name} was interrupted: {e.Message}");
        }
    }

    private void Track(Task task)
    {
        _running[task] = true;
        task.ContinueWith(
            done => _running.TryRemove(done, out _), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private sealed record TimerData(ScheduleData Schedule, ScheduleStatus? ScheduleStatus, bool IsPastDue);

    private sealed record ScheduleData(bool AdjustForDST);

    private sealed record ScheduleStatus(DateTime Last, DateTime Next, DateTime LastUpdated);
}
