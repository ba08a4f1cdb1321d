using System.Collections.Concurrent;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Operations;

/// <summary>
/// Jobs over whole tables that take longer than one function may run. A row of <c>unfinished</c>, signed by the root,
/// holds the start time and the position. A run ends after some minutes, and the timer resumes the job, also after a
/// crash. Concurrent runs only repeat each other's work.
/// </summary>
public sealed class LongRuns(
    Tables tables,
    Keyring keyring,
    KillSwitch killSwitch,
    IOptions<KeyserverOptions> options,
    TimeProvider clock,
    KeyserverMetrics metrics,
    ILogger<LongRuns> logger)
{
    /// <summary>Below the <c>functionTimeout</c> of <c>host.json</c>.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private const string Partition = "runs";
    private const string TableName = "unfinished";

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
        string name, bool begins, Func<LongRun, CancellationToken, Task<bool>> work, CancellationToken cancellation)
    {
        var run = await FindAsync(name, cancellation);
        if (run is null && begins)
        {
            // A concurrent start joins this job.
            var row = await ToRowAsync(new(name, clock.GetUtcNow(), Phase: 0, "", default), cancellation);
            if (await tables.Unfinished.TryInsertAsync(row, cancellation))
                Log.RunBegan(logger, name);
            run = await FindAsync(name, cancellation);
        }

        metrics.UnfinishedCounted("rotations", name, run is null ? 0 : 1);
        if (run is null)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            if (!await work(run, limit.Token))
                return;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            Log.RunWillResume(logger, name);
            return;
        }

        // Only this job: the operator may have started a new one.
        if (await FindAsync(name, cancellation) is { } left && left.Started == run.Started)
            await tables.Unfinished.DeleteAsync(Partition, name, cancellation, left.ETag);
        metrics.UnfinishedCounted("rotations", name, 0);
        Log.RunEnded(logger, name);
    }

    /// <summary>
    /// Processes every row of a table whose key has this prefix, one per partition, from the saved position on.
    /// </summary>
    /// <param name="run">The job.</param>
    /// <param name="phase">The table's index in the job.</param>
    /// <param name="table">The table to scan.</param>
    /// <param name="prefix">The prefix of the row keys.</param>
    /// <param name="change">Makes the change for a row; false if nothing was to do.</param>
    /// <param name="cancellation">Ends the run; the next one resumes.</param>
    /// <exception cref="Errors.KeyserverException">The kill switch was activated.</exception>
    /// <exception cref="AggregateException">
    /// Some rows failed: the saved position stays before the first of them, and the next run retries.
    /// </exception>
    public async Task ForEachAsync(
        LongRun run,
        int phase,
        Table table,
        string prefix,
        Func<TableEntity, CancellationToken, Task<bool>> change,
        CancellationToken cancellation)
    {
        if (run.Phase > phase)
            return;
        var (saved, position, seen, changed) = (0, run.Phase == phase ? run.Position : "", 0, 0);
        Exception? failure = null;
        var scan = table.ScanAsync(prefix, cancellation, after: position).Where(row => HasValidPartition(row, table));
        await foreach (var rows in scan.Chunk(Step))
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
                position = rows[^1].PartitionKey;
                Log.RunAdvances(
                    logger, run.Name, table.Name, Convert.ToInt32(position[..2], 16) * 100 / 256, seen, changed);
                if (failure is null)
                    await SaveAsync(run with { Phase = phase, Position = position }, cancellation);
            }

            await Task.Delay(TimeSpan.FromSeconds((double)done / options.Value.MaintenancePerSecond), cancellation);
        }

        if (failure is not null)
            throw new AggregateException(failure);
        await SaveAsync(run with { Phase = phase + 1, Position = "" }, cancellation);
        Log.RunAdvances(logger, run.Name, table.Name, 100, seen, changed);
    }

    private async Task<(int Changed, IReadOnlyCollection<Exception> Failed)> ChangeAsync(
        TableEntity[] rows, Func<TableEntity, CancellationToken, Task<bool>> change, CancellationToken cancellation)
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
    private bool HasValidPartition(TableEntity row, Table table)
    {
        if (PartitionKey.IsValid(row.PartitionKey))
            return true;
        Log.TamperedAt(logger, table.Name, "a row has an invalid partition key");
        return false;
    }

    /// <summary>
    /// Saves the position, unless the job has ended or another run has saved one meanwhile: either position is correct.
    /// </summary>
    private async Task SaveAsync(LongRun run, CancellationToken cancellation)
    {
        if (await FindAsync(run.Name, cancellation) is { } stored
            && stored.Started == run.Started
            && stored.Phase <= run.Phase)
            await tables.Unfinished.TryReplaceAsync(await ToRowAsync(run, cancellation), stored.ETag, cancellation);
    }

    private async Task<LongRun?> FindAsync(string name, CancellationToken cancellation)
    {
        if (await tables.Unfinished.GetAsync(Partition, name, cancellation) is not { } row)
            return null;
        RowMac.Verify(row, TableName, await keyring.RootAsync(cancellation));
        return new LongRun(
            name,
            DateTimeOffset.FromUnixTimeMilliseconds((long)row[nameof(LongRun.Started)]),
            (int)row[nameof(LongRun.Phase)],
            row.GetString(nameof(LongRun.Position)),
            row.ETag);
    }

    private async Task<TableEntity> ToRowAsync(LongRun run, CancellationToken cancellation) => RowMac.Sign(
        new TableEntity(Partition, run.Name)
        {
            [nameof(LongRun.Started)] = run.Started.ToUnixTimeMilliseconds(),
            [nameof(LongRun.Phase)] = run.Phase,
            [nameof(LongRun.Position)] = run.Position,
        },
        TableName,
        await keyring.RootAsync(cancellation));
}
