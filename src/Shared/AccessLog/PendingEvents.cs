using System.Security.Cryptography;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Errors;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.AccessLog;

/// <summary>Moves events into the access log after the instance that made the change has crashed.</summary>
public sealed class PendingEvents(
    Tables tables, AccessLogWriter log, DrainedEvents drained, TimeProvider clock, ILogger<PendingEvents> logger)
{
    /// <summary>The call that made a younger event is still moving it.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(30);

    private const int AtOnce = 16;

    /// <summary>Moves the events of one partition, whatever their age.</summary>
    public Task DrainAsync(Table table, string partition, CancellationToken cancellation) =>
        DrainAsync(
            table,
            table.QueryAsync(partition, RowKeys.EventPrefix, cancellation).Select(row => new EventRow(row)),
            cancellation);

    /// <summary>
    /// Moves all events left by crashes. Late, repeated, concurrent and interrupted runs are safe. Each run starts at a
    /// random partition, so that a later run reaches what a cut-off run did not.
    /// </summary>
    /// <exception cref="AggregateException">Some events could not be moved; all others were.</exception>
    public async Task DrainAllAsync(CancellationToken cancellation)
    {
        var before = clock.GetUtcNow() - Age;
        await Task.WhenAll(DrainOldAsync(tables.Groups), DrainOldAsync(tables.Accounts));

        Task DrainOldAsync(Table table) =>
            DrainAsync(
                table,
                table.ScanAroundAsync(
                    RowKeys.EventPrefix, RandomNumberGenerator.GetHexString(32, lowercase: true), cancellation)
                    .Select(row => new EventRow(row))
                    .Where(pending => pending.Written < before),
                cancellation);
    }

    public async Task DrainAsync(Table table, IAsyncEnumerable<EventRow> events, CancellationToken cancellation)
    {
        var (moved, failed) = (0, 0);
        Exception? failure = null;
        await Parallel.ForEachAsync(
            events.Where(pending => !drained.Contains(table, pending)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            DrainAsync);
        if (moved > 0)
            Log.EventsDrained(logger, moved, table.Name);
        if (failure is not null)
            throw new AggregateException($"{failed} events could not be moved into the access log.", failure);

        async ValueTask DrainAsync(EventRow pending, CancellationToken stop)
        {
            try
            {
                await log.DrainAsync(table, pending, stop);
                Interlocked.Increment(ref moved);
            }
            catch (TamperedException e)
            {
                Log.Tampered(logger, e);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                var (error, status) = FailureCause.Of(e);
                Log.EventNotDrained(logger, table.Name, error, status);
                Interlocked.Increment(ref failed);
                failure = e;
            }
        }
    }
}
