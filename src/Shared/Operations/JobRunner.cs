using System.Collections.Concurrent;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Operations;

/// <summary>
/// Runs jobs over whole tables that take longer than one function may run. A run saves its position and ends after some
/// minutes, and the timer resumes the job, also after a crash. Concurrent runs only repeat each other's work.
/// </summary>
public sealed class JobRunner(
    JobTable jobs,
    KillSwitch killSwitch,
    IOptions<KeyserverOptions> options,
    TimeProvider clock,
    KeyserverMetrics metrics,
    ILogger<JobRunner> logger)
{
    /// <summary>Below the <c>functionTimeout</c> of <c>host.json</c>.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private const int AtOnce = 8;

    /// <summary>Rows processed per step.</summary>
    private const int Step = 100;

    /// <summary>Rows after which the position is saved even if nothing was changed.</summary>
    private const int SaveEvery = 2000;

    /// <summary>Resumes this job, or starts it.</summary>
    /// <param name="name">The job's name.</param>
    /// <param name="begins">Whether to start the job if it is not in progress.</param>
    /// <param name="work">Does the work; returns whether the job is complete.</param>
    /// <param name="cancellation">Ends the run; the next one resumes the job.</param>
    public async Task RunAsync(
        string name, bool begins, Func<Job, CancellationToken, Task<bool>> work, CancellationToken cancellation)
    {
        var job = await jobs.FindAsync(name, cancellation);
        if (job is null && begins)
        {
            // A concurrent start joins this job.
            if (await jobs.TryStartAsync(new(name, clock.GetUtcNow(), Phase: 0, ""), cancellation))
                Log.RunBegan(logger, name);
            job = await jobs.FindAsync(name, cancellation);
        }

        metrics.UnfinishedCounted("rotations", name, job is null ? 0 : 1);
        if (job is null)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            if (!await work(job, limit.Token))
                return;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            Log.RunWillResume(logger, name);
            return;
        }

        await jobs.EndAsync(job, cancellation);
        metrics.UnfinishedCounted("rotations", name, 0);
        Log.RunEnded(logger, name);
    }

    /// <summary>
    /// Processes the rows of a scan, one per partition, from the saved position on.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="phase">The table's index in the job.</param>
    /// <param name="table">The name of the scanned table.</param>
    /// <param name="scan">Reads the rows after a partition, in the order of the partitions.</param>
    /// <param name="change">Makes the change for a row; false if nothing was to do.</param>
    /// <param name="cancellation">Ends the run; the next one resumes.</param>
    /// <exception cref="Errors.KeyserverException">The kill switch was activated.</exception>
    /// <exception cref="AggregateException">
    /// Some rows failed: the saved position stays before the first of them, and the next run retries.
    /// </exception>
    public async Task ForEachAsync<T>(
        Job job,
        int phase,
        string table,
        Func<string, CancellationToken, IAsyncEnumerable<T>> scan,
        Func<T, CancellationToken, Task<bool>> change,
        CancellationToken cancellation)
        where T : UnverifiedRow
    {
        if (job.Phase > phase)
            return;
        var (saved, position, seen, changed) = (0, job.Phase == phase ? job.Position : "", 0, 0);
        Exception? failure = null;
        var found = scan(position, cancellation).Where(row => HasValidPartition(row, table));
        await foreach (var rows in found.Chunk(Step))
        {
            killSwitch.CheckChange();
            var (done, failed) = await ChangeAsync(rows, change, cancellation);
            failure ??= failed.FirstOrDefault();
            (seen, changed) = (seen + rows.Length, changed + done);
            // Give up if every row of a step fails, but do not let a few failing rows block the rest of the table.
            if (failed.Count > AtOnce && done == 0)
                throw new AggregateException(failed);
            if (done > 0 || seen - saved >= SaveEvery)
            {
                saved = seen;
                position = rows[^1].Partition;
                Log.RunAdvances(
                    logger, job.Name, table, Convert.ToInt32(position[..2], 16) * 100 / 256, seen, changed);
                if (failure is null)
                    await jobs.SaveAsync(job with { Phase = phase, Position = position }, cancellation);
            }

            await Task.Delay(TimeSpan.FromSeconds((double)done / options.Value.MaintenancePerSecond), cancellation);
        }

        if (failure is not null)
            throw new AggregateException(failure);
        await jobs.SaveAsync(job with { Phase = phase + 1, Position = "" }, cancellation);
        Log.RunAdvances(logger, job.Name, table, 100, seen, changed);
    }

    private async Task<(int Changed, IReadOnlyCollection<Exception> Failed)> ChangeAsync<T>(
        T[] rows, Func<T, CancellationToken, Task<bool>> change, CancellationToken cancellation)
    {
        var changed = 0;
        var failed = new ConcurrentQueue<Exception>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(rows, parallel, async (row, stop) =>
        {
            try
            {
                if (await change(row, stop))
                    Interlocked.Increment(ref changed);
            }
            catch (TamperedException e)
            {
                // A retry would fail again.
                Log.Tampered(logger, e);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                var (error, status) = FailureCause.Of(e);
                Log.RunFailed(logger, error, status);
                failed.Enqueue(e);
            }
        });
        return (changed, failed);
    }

    /// <summary>Whether the row's partition key is valid: an invalid one would end the run.</summary>
    private bool HasValidPartition(UnverifiedRow row, string table)
    {
        if (PartitionKey.IsValid(row.Partition))
            return true;
        Log.TamperedAt(logger, table, "a row has an invalid partition key");
        return false;
    }
}
