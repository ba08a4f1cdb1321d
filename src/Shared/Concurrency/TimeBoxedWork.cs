using AtpKeyserver.Errors;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Concurrency;

/// <summary>Runs work for a limited time after the request's outcome is decided. A timer completes the rest.</summary>
internal static class TimeBoxedWork
{
    /// <returns>Whether the work finished. Failures are logged and left to the timer.</returns>
    public static async Task<bool> TryRunAsync(
        Func<CancellationToken, Task> work,
        TimeSpan limit,
        TimeProvider clock,
        ILogger logger,
        CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(limit, clock);
        using var box = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            await work(box.Token);
            return true;
        }
        catch (OperationCanceledException) when (box.IsCancellationRequested)
        {
            return false;
        }
        catch (TamperedException e)
        {
            Log.Tampered(logger, e);
            return false;
        }
        catch (Exception e)
        {
            Log.DeletionFailed(logger, FailureCause.Of(e).Error);
            return false;
        }
    }
}
