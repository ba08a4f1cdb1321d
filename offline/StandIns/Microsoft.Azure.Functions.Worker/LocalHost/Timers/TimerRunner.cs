using Microsoft.Azure.Functions.Worker.LocalHost.Functions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Timers;

/// <summary>Runs a timer function once, in a scope of its own, and survives its errors.</summary>
internal sealed class TimerRunner(FunctionPipeline pipeline, IServiceScopeFactory scopes, ILoggerFactory loggers)
{
    /// <param name="function">What to run.</param>
    /// <param name="status">Null for a run that is not on the schedule.</param>
    /// <param name="stopping">Cancelled when the host stops.</param>
    internal async Task RunAsync(TimerFunction function, ScheduleStatus? status, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var info = new TimerInfo { ScheduleStatus = function.Monitored ? status : null };
            await pipeline.CallAsync(function, scope.ServiceProvider, info, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception e)
        {
            loggers.CreateLogger($"Function.{function.Name}").LogError(e, "The function failed");
        }
    }
}
