using System.Collections.Concurrent;
using System.Security.Cryptography;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Finishes deletions of groups and accounts that a request or a crash left incomplete. Late, repeated and concurrent
/// runs are safe. No deletion blocks the others: each gets a time slice per round, until the run ends.
/// </summary>
public sealed class Deletions(
    DeletionTable unfinished,
    GroupDeletion groups,
    AccountSweep accounts,
    KeyserverMetrics metrics,
    TimeProvider clock,
    ILogger<Deletions> logger)
{
    /// <summary>Concurrent deletions of one kind.</summary>
    private const int AtOnce = 4;

    /// <summary>The time slice of one deletion: enough to leave about 1,000 groups.</summary>
    public static readonly TimeSpan Share = TimeSpan.FromSeconds(30);

    /// <summary>No round starts after this: the <c>functionTimeout</c> of <c>host.json</c> is 10 minutes.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public Task FinishAsync(CancellationToken cancellation) => Task.WhenAll(
        RunAsync(
            DeletionTable.Groups,
            (work, token) => groups.FinishAsync(work.Partition, work.Owner, token),
            cancellation),
        RunAsync(
            DeletionTable.Accounts, (work, token) => accounts.RunAsync(work.Partition, token), cancellation));

    private async Task RunAsync(
        string kind,
        Func<(string Partition, string Owner), CancellationToken, Task> finish,
        CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var pending = await unfinished.ListAsync(kind, cancellation).ToArrayAsync(cancellation);
        // In random order, so that a run cut off by the host does not always miss the same deletions.
        RandomNumberGenerator.Shuffle<(string Partition, string Owner)>(pending);
        var (found, finished) = (pending.Length, 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        while (pending.Length > 0 && clock.GetElapsedTime(began) < Limit)
        {
            var cutOff = new ConcurrentBag<(string Partition, string Owner)>();
            await Parallel.ForEachAsync(pending, options, async (work, token) =>
            {
                // A deletion that fails must not stop the others; the next run retries it.
                if (await TimeBoxedWork.TryRunAsync(limit => FinishAsync(work, limit), Share, clock, logger, token))
                    Interlocked.Increment(ref finished);
            });
            pending = [.. cutOff];

            async Task FinishAsync((string Partition, string Owner) work, CancellationToken limit)
            {
                try
                {
                    await finish(work, limit);
                }
                catch (OperationCanceledException) when (limit.IsCancellationRequested)
                {
                    cutOff.Add(work);
                    throw;
                }
            }
        }

        metrics.UnfinishedCounted("deletions", kind, found - finished);
        if (found > 0)
            Log.DeletionsFinished(logger, finished, found);
    }
}
