using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Telemetry;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Audit;

/// <summary>
/// Writes log rows of one partition (a lane) together: what arrives while a write is under way goes into the next, one transaction of up to 100
/// rows. Rows have one place and one content, so writing one again does no harm. What waits is bounded, for each lane and for all together: a
/// storage that stalls costs callers their answers, not this server its memory.
/// </summary>
public sealed class LogBatches(KeyserverMetrics metrics, ILogger<LogBatches> logger) : IAsyncDisposable
{
    /// <summary>Full batches that wait in a lane when the next lane is used.</summary>
    public const int Spill = 2;

    /// <summary>Batches that wait in a lane at most.</summary>
    public const int MaxWaiting = 8;

    /// <summary>Rows that wait or are being written, all lanes of all subjects together: some 20 MB.</summary>
    public const int MaxRows = 20_000;

    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Table, string Partition), Lane> _lanes = new();
    private int _rows;
    private int _unawaited;

    /// <summary>The lane for a row that may stand in any: the first where little waits, else the one where the least does.</summary>
    internal int ChooseLane(string table, string stem)
    {
        var (best, fewest) = (0, int.MaxValue);
        for (var number = 0; number < LogRow.Lanes; number++)
        {
            var waiting = _lanes.TryGetValue((table, LogRow.Partition(stem, number)), out var lane) ? lane.FullBatches : 0;
            if (waiting < Spill)
                return number;
            if (waiting < fewest)
                (best, fewest) = (number, waiting);
        }

        return best;
    }

    /// <summary>Returns when the row is durable.</summary>
    /// <exception cref="KeyserverException">UpstreamFailure: too much waits already.</exception>
    public Task WriteAsync(Table table, TableEntity row, CancellationToken cancellation) =>
        Add(table, row, isAwaited: true).WaitAsync(row.RowKey, cancellation);

    /// <summary>Returns at once; a row that cannot be written is logged and counted as lost.</summary>
    /// <exception cref="KeyserverException">UpstreamFailure: too much waits already.</exception>
    public void Enqueue(Table table, TableEntity row) => Add(table, row, isAwaited: false);

    /// <summary>Writes what waits, for at most 5 s.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(ShutdownLimit);
            while (!_lanes.IsEmpty)
                await Task.WhenAll(_lanes.Values.Select(lane => lane.Writer ?? Task.CompletedTask)).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            ReportLost(Volatile.Read(ref _unawaited), e);
        }
    }

    private Batch Add(Table table, TableEntity row, bool isAwaited)
    {
        if (Interlocked.Increment(ref _rows) > MaxRows)
        {
            Interlocked.Decrement(ref _rows);
            throw TooMuch();
        }

        var place = (table.Name, row.PartitionKey);
        while (true)
        {
            var lane = _lanes.GetOrAdd(place, static _ => new Lane());
            lock (lane)
            {
                if (lane.IsOver)
                    continue;
                if (lane.Open() is not { } batch)
                {
                    Interlocked.Decrement(ref _rows);
                    throw TooMuch();
                }

                if (!batch.Rows.TryAdd(row.RowKey, (row, isAwaited)))
                    Interlocked.Decrement(ref _rows);
                else if (!isAwaited)
                    Interlocked.Increment(ref _unawaited);
                lane.Writer ??= Task.Run(() => WriteAllAsync(table, place, lane), CancellationToken.None);
                return batch;
            }
        }
    }

    private async Task WriteAllAsync(Table table, (string Table, string Partition) place, Lane lane)
    {
        while (true)
        {
            Batch batch;
            lock (lane)
            {
                if (lane.Waiting.Count == 0)
                {
                    lane.IsOver = true;
                    _lanes.TryRemove(KeyValuePair.Create(place, lane));
                    return;
                }

                batch = lane.Waiting[0];
                lane.Waiting.RemoveAt(0);
            }

            await WriteAsync(table, batch);
        }
    }

    private async Task WriteAsync(Table table, Batch batch)
    {
        using var limit = new CancellationTokenSource(WriteLimit);
        TableEntity[] rows = [.. batch.Rows.Values.Select(row => row.Entity)];
        try
        {
            if (rows.Length > 1)
                await table.PutAllAsync(rows, limit.Token);
            else
                await batch.TryAsync(rows[0], table, limit.Token);
        }
        catch (RequestFailedException e) when (e.Status is 400 or 413)
        {
            // One row that cannot be written must not take the others with it.
            foreach (var row in rows)
                await batch.TryAsync(row, table, limit.Token);
        }
        catch (Exception e)
        {
            // Each caller whose row was in it is told: its answer must not leave.
            foreach (var row in rows)
                batch.Failures[row.RowKey] = e;
        }

        var unawaited = batch.Rows.Where(row => !row.Value.IsAwaited).Select(row => row.Key).ToList();
        var lost = unawaited.Where(batch.Failures.ContainsKey).ToList();
        if (lost.Count > 0)
            ReportLost(lost.Count, batch.Failures[lost[0]]);
        Interlocked.Add(ref _unawaited, -unawaited.Count);
        Interlocked.Add(ref _rows, -rows.Length);
        batch.Written.SetResult();
    }

    private void ReportLost(int rows, Exception why)
    {
        if (rows == 0)
            return;
        metrics.AccessLogLost(rows);
        Log.AccessLogLost(logger, rows, why.GetType().Name, (why as RequestFailedException)?.Status ?? 0);
    }

    private static KeyserverException TooMuch() => KeyserverException.Upstream("The access log cannot be written fast enough now; try again.");

    private sealed class Lane
    {
        public List<Batch> Waiting { get; } = [];

        public Task? Writer { get; set; }

        public bool IsOver { get; set; }

        /// <summary>The batch that takes the next row; null when too many wait.</summary>
        public Batch? Open()
        {
            if (Waiting is not [.., { IsFull: false }])
            {
                if (Waiting.Count == MaxWaiting)
                    return null;
                Waiting.Add(new Batch());
            }

            return Waiting[^1];
        }

        public int FullBatches
        {
            get
            {
                lock (this)
                    return Waiting.Count(batch => batch.IsFull);
            }
        }
    }

    private sealed class Batch
    {
        public Dictionary<string, (TableEntity Entity, bool IsAwaited)> Rows { get; } = new(StringComparer.Ordinal);

        /// <summary>By row key; complete once it is written.</summary>
        public Dictionary<string, Exception> Failures { get; } = new(StringComparer.Ordinal);

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsFull => Rows.Count == Table.MaxTransaction;

        public async Task WaitAsync(string rowKey, CancellationToken cancellation)
        {
            await Written.Task.WaitAsync(cancellation);
            if (Failures.TryGetValue(rowKey, out var failure))
                ExceptionDispatchInfo.Throw(failure);
        }

        public async Task TryAsync(TableEntity row, Table table, CancellationToken cancellation)
        {
            try
            {
                await table.PutAsync(row, cancellation);
            }
            catch (Exception e)
            {
                Failures[row.RowKey] = e;
            }
        }
    }
}
