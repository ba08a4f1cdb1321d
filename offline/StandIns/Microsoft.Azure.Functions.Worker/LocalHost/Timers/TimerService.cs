using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker.LocalHost.Functions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Timers;

/// <summary>
/// Follows the schedules: one loop for each timer, so that scheduled runs of one never overlap, and runs that are started by hand.
/// </summary>
internal sealed class TimerService(FunctionCatalog catalog, TimerRunner runner, TimeProvider time, IHostApplicationLifetime lifetime)
    : IHostedService
{
    // The wait is measured by another clock than the one that the schedule means; look at that one again from time to time.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Task, bool> _running = new();

    // Before the server drains, so that runs end while it does.
    private CancellationToken Stopping => lifetime.ApplicationStopping;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var function in catalog.Timers.Where(function => !function.Disabled))
            Track(Task.Run(() => FollowAsync(function), CancellationToken.None));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(_running.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Starts a run that is not on the schedule and does not wait for it.</summary>
    internal void StartNow(TimerFunction function) =>
        Track(Task.Run(() => runner.RunAsync(function, null, Stopping), CancellationToken.None));

    private async Task FollowAsync(TimerFunction function)
    {
        var status = new ScheduleStatus { LastUpdated = Now };
        if (function.RunOnStartup)
            await runner.RunAsync(function, status, Stopping);
        try
        {
            while (function.Schedule.Next(Now) is { } next)
            {
                status = new ScheduleStatus { Last = status.Last, Next = next, LastUpdated = Now };
                await WaitUntilAsync(next);
                await runner.RunAsync(function, status, Stopping);
                status = new ScheduleStatus { Last = next };
            }
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task WaitUntilAsync(DateTime occurrence)
    {
        for (var left = occurrence - Now; left > TimeSpan.Zero; left = occurrence - Now)
        {
            // Delays are cut to milliseconds: one more, so that the last turn is not a spin.
            var wait = left < LongestWait ? left + TimeSpan.FromMilliseconds(1) : LongestWait;
            await Task.Delay(wait, time, Stopping);
        }
    }

    private void Track(Task task)
    {
        _running[task] = true;
        task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
