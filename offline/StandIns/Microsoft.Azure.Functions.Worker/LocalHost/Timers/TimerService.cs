using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker.LocalHost.Functions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Timers;

/// <summary>Runs the timers: one loop for each, so that scheduled runs of one never overlap, and runs started by hand.</summary>
internal sealed class TimerService(
    FunctionCatalog catalog, FunctionPipeline pipeline, IServiceScopeFactory scopes, TimeProvider time, ILoggerFactory loggers)
    : IHostedService, IDisposable
{
    // The wait is measured by another clock than the one that the schedule means; look at that one again from time to time.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var function in catalog.Timers.Where(function => !function.Disabled))
            Track(Task.Run(() => FollowAsync(function), CancellationToken.None));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Starts a run that is not on the schedule and does not wait for it.</summary>
    internal void StartNow(TimerFunction function) => Track(Task.Run(() => RunAsync(function, null), CancellationToken.None));

    private async Task FollowAsync(TimerFunction function)
    {
        var status = new ScheduleStatus { LastUpdated = Now };
        if (function.RunOnStartup)
            await RunAsync(function, status);
        try
        {
            while (function.Schedule.Next(Now) is { } next)
            {
                status = new ScheduleStatus { Last = status.Last, Next = next, LastUpdated = Now };
                await WaitUntilAsync(next);
                await RunAsync(function, status);
                status = new ScheduleStatus { Last = next };
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task RunAsync(TimerFunction function, ScheduleStatus? status)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var info = new TimerInfo { ScheduleStatus = function.Monitored ? status : null };
            await pipeline.CallAsync(function, scope.ServiceProvider, info, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception e)
        {
            loggers.CreateLogger($"Function.{function.Name}").LogError(e, "The function failed");
        }
    }

    private async Task WaitUntilAsync(DateTime occurrence)
    {
        for (var left = occurrence - Now; left > TimeSpan.Zero; left = occurrence - Now)
        {
            // Delays are cut to milliseconds: one more, so that the last turn is not a spin.
            var wait = left < LongestWait ? left + TimeSpan.FromMilliseconds(1) : LongestWait;
            await Task.Delay(wait, time, _stopping.Token);
        }
    }

    private void Track(Task task)
    {
        _running[task] = true;
        task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;
}
