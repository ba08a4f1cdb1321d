using AtpKeyserver.Accounts;
using AtpKeyserver.Groups;
using AtpKeyserver.Storage;
using AtpKeyserver.Telemetry;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver;

/// <summary>Finishes deletions of groups and accounts that a request left, or a crash. Late, repeated and concurrent runs are harmless.</summary>
public sealed class Deletions(
    Unfinished unfinished, GroupDeletion groups, AccountSweep accounts, KeyserverMetrics metrics, TimeProvider clock, ILogger<Deletions> logger)
{
    /// <summary>So that a large one does not keep the others waiting.</summary>
    private const int AtOnce = 4;

    public async Task FinishAsync(CancellationToken cancellation)
    {
        await RunAsync(Unfinished.Groups, (work, token) => groups.FinishAsync(work.Partition, work.Owner, token), cancellation);
        await RunAsync(Unfinished.Accounts, (work, token) => accounts.RunAsync(work.Partition, token), cancellation);
    }

    private async Task RunAsync(string kind, Func<(string Partition, string Owner), CancellationToken, Task> finish, CancellationToken cancellation)
    {
        var (found, finished) = (0, 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(unfinished.ListAsync(kind, cancellation), options, async (work, token) =>
        {
            Interlocked.Increment(ref found);
            // One that cannot be finished now must not stop the others; the next run comes back to it.
            if (await TimeBox.TryRunAsync(limit => finish(work, limit), Timeout.InfiniteTimeSpan, clock, logger, token))
                Interlocked.Increment(ref finished);
        });
        metrics.Left("deletions", kind, found - finished);
        if (found > 0)
            Log.DeletionsFinished(logger, finished, found);
    }
}
