namespace AtpKeyserver.Observability;

/// <summary>Counts and traces every timer run, even if there was no work.</summary>
public sealed class TimerRuns(KeyserverMetrics metrics)
{
    public async Task RunAsync(string timer, Func<Task> run)
    {
        var span = Traces.StartTimer(timer);
        var succeeded = false;
        try
        {
            await run();
            succeeded = true;
        }
        finally
        {
            metrics.TimerRan(timer, succeeded);
            Traces.End(span, succeeded ? "ok" : "failed", failed: !succeeded);
        }
    }
}
