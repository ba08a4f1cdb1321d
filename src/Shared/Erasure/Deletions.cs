using System.Collections.Concurrent;
using System.Security.Cryptography;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Finishes deletions of groups and accounts that a request left, or a crash. Late, repeated and concurrent runs are
/// harmless. No deletion keeps the others waiting: each gets a share of the time, again and again until the run ends.
/// </summary>
public sealed class Deletions(
    UnfinishedDeletions unfinished, GroupDeletion groups, AccountSweep accounts, KeyserverMetrics metrics, TimeProvider clock, ILogger<Deletions> logger)
{
    /// <summary>Deletions of one kind that are worked on at a time.</summary>
    private const int AtOnce = 4;

    /// <summary>
    /// What one deletion may take before the others have had their turn: some 1,000 groups are left in it.
    /// </summary>
    public static readonly TimeSpan Share = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After this no further round begins: the <c>functionTimeout</c> of <c>host.json</c> is 10 minutes.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public Task FinishAsync(CancellationToken cancellation) => Task.WhenAll(
        RunAsync(
            UnfinishedDeletions.Groups, (work, token) => groups.FinishAsync(work.Partition, work.Owner, token), cancellation),
        RunAsync(UnfinishedDeletions.Accounts, (work, token) => accounts.RunAsync(work.Partition, token), cancellation));

    private async Task RunAsync(string kind, Func<(string Partition, string Owner), CancellationToken, Task> finish, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var left = await unfinished.ListAsync(kind, cancellation).ToArrayAsync(cancellation);
        // Whoever is cut off where the host ends the function begins with others the next time.
        RandomNumberGenerator.Shuffle<(string Partition, string Owner)>(left);
        var (found, finished) = (left.Length, 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        while (left.Length > 0 && clock.GetElapsedTime(began) < Limit)
        {
            var cutOff = new ConcurrentBag<(string Partition, string Owner)>();
            await Parallel.ForEachAsync(left, options, async (work, token) =>
            {
                // One that cannot be finished now must not stop the others; the next run comes back to it.
                if (await TimeBoxedWork.TryRunAsync(limit => FinishAsync(work, limit), Share, clock, logger, token))
                    Interlocked.Increment(ref finished);
            });
            left = [.. cutOff];

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

        metrics.Left("deletions", kind, found - finished);
        if (found > 0)
            Log.DeletionsFinished(logger, finished, found);
    }
}
