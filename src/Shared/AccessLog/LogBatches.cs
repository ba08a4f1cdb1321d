using System.Collections.Concurrent;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// Writes the entries of one partition (a lane) in batches: entries that arrive during a write go into the next one. A
/// row has a fixed key and content, so writing it again is safe. The queue is bounded: when the storage stalls, calls
/// fail but memory use stays limited.
/// </summary>
public sealed class LogBatches(
    KeyserverMetrics metrics, TimeProvider clock, ILogger<LogBatches> logger) : IAsyncDisposable
{
    /// <summary>Entries queued or being written: about 20 MB.</summary>
    public const int MaxEntries = 20_000;

    /// <summary>Maximum number of batches queued in a lane: later entries would miss their deadline.</summary>
    public const int MaxWaiting = 8;

    /// <summary>
    /// Lanes written concurrently. The others collect entries until one ends: one more row in a transaction costs far
    /// less than one more request.
    /// </summary>
    public const int Writers = 2;

    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Table, string Partition), Lane> _lanes = new();
    private readonly SemaphoreSlim _writers = new(Writers);
    private int _entries;
    private int _unawaited;

    /// <summary>
    /// How long a lane waits for one of the <see cref="Writers"/>, which may all hang; then it writes anyway.
    /// </summary>
    internal TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns when this row, which has a fixed key, is durable.</summary>
    /// <exception cref="KeyserverException">UpstreamFailure: the queue is full.</exception>
    public Task WriteAsync(Table table, LogRow row, CancellationToken cancellation) =>
        InLane(
            table,
            row.Row.PartitionKey,
            (This: this, row),
            static (lane, added) => added.This.Open(lane).Add(added.row)).WaitAsync(cancellation);

    /// <summary>Returns when this entry is durable. It gets the time of the write.</summary>
    /// <param name="table">The day's table.</param>
    /// <param name="stem">The subject's stem.</param>
    /// <param name="details">From <see cref="LogRow.Details"/>.</param>
    /// <param name="key">The account key of the subject's owner.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="KeyserverException">UpstreamFailure: the queue is full.</exception>
    public Task WriteAsync(Table table, string stem, byte[] details, SealingKey key, CancellationToken cancellation) =>
        AddAsync(table, stem, details, key, isAwaited: true).WaitAsync(cancellation);

    /// <summary>Returns at once; an entry that cannot be written is logged and counted as lost.</summary>
    /// <exception cref="KeyserverException">UpstreamFailure: the queue is full.</exception>
    public void Enqueue(Table table, string stem, byte[] details, SealingKey key) =>
        _ = AddAsync(table, stem, details, key, isAwaited: false);

    /// <summary>
    /// Adds the entries of one call. Those of one lane are added before it is written, so that they share transactions.
    /// </summary>
    /// <param name="table">The day's table.</param>
    /// <param name="entries">From <see cref="LogRow.Details"/>, each with its stem and its owner's account key.</param>
    /// <param name="isAwaited">
    /// False for tasks that complete at once; an entry that cannot be written is then logged and counted as lost.
    /// </param>
    /// <returns>
    /// A task per entry, in their order, that completes when the entry is durable. It fails with UpstreamFailure if the
    /// queue is full.
    /// </returns>
    public IReadOnlyList<Task> WriteAll(
        Table table, IReadOnlyList<(string Stem, byte[] Details, SealingKey Key)> entries, bool isAwaited)
    {
        var written = new Task[entries.Count];
        foreach (var lane in Enumerable.Range(0, entries.Count).GroupBy(i => LogRow.PartitionOf(entries[i].Stem)))
        {
            InLane(table, lane.Key, lane, (open, numbers) =>
            {
                foreach (var i in numbers)
                    written[i] = TryAdd(open, entries[i]);
                return true;
            });
        }

        return written;

        Task TryAdd(Lane lane, (string Stem, byte[] Details, SealingKey Key) entry)
        {
            try
            {
                var added = Add(lane, entry, isAwaited);
                return isAwaited ? added : Task.CompletedTask;
            }
            catch (KeyserverException full)
            {
                return Task.FromException(full);
            }
        }
    }

    /// <summary>Writes the queued entries, for at most 5 s.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(ShutdownLimit, clock);
            while (!_lanes.IsEmpty)
                await Task.WhenAll(
                    _lanes.Values.Select(lane => lane.Writer ?? Task.CompletedTask)).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            ReportLost(Volatile.Read(ref _unawaited), e);
        }
    }

    private Task AddAsync(Table table, string stem, byte[] details, SealingKey key, bool isAwaited) => InLane(
        table,
        LogRow.PartitionOf(stem),
        (This: this, Entry: (stem, details, key), isAwaited),
        static (lane, added) => added.This.Add(lane, added.Entry, added.isAwaited));

    private Task Add(Lane lane, (string Stem, byte[] Details, SealingKey Key) entry, bool isAwaited)
    {
        var written = Open(lane).Add(entry.Stem, entry.Details, entry.Key, isAwaited);
        if (!isAwaited)
            Interlocked.Increment(ref _unawaited);
        return written;
    }

    /// <summary>Adds to a lane while its writer takes no batch, then starts the writer.</summary>
    private TResult InLane<T, TResult>(Table table, string partition, T added, Func<Lane, T, TResult> add)
    {
        var place = (table.Name, partition);
        while (true)
        {
            var lane = _lanes.GetOrAdd(place, static _ => new Lane());
            lock (lane)
            {
                if (lane.IsClosed)
                    continue;
                try
                {
                    return add(lane, added);
                }
                finally
                {
                    // Even if nothing was added: it removes an empty lane.
                    lane.Writer ??= Detached.Run(() => WriteAllAsync(table, place, lane));
                }
            }
        }
    }

    /// <summary>The batch for one more entry.</summary>
    private LogBatch Open(Lane lane)
    {
        if (Interlocked.Increment(ref _entries) <= MaxEntries && lane.Open() is { } batch)
            return batch;
        Interlocked.Decrement(ref _entries);
        throw KeyserverException.Upstream("The access log queue is full; try again.");
    }

    private async Task WriteAllAsync(Table table, (string Table, string Partition) place, Lane lane)
    {
        while (!TryClose(place, lane))
        {
            var isTurn = await _writers.WaitAsync(Patience);
            try
            {
                await WriteAsync(table, place.Partition, lane.Take());
            }
            finally
            {
                if (isTurn)
                    _writers.Release();
            }

            // Lets other work run first: larger batches mean fewer writes.
            await Task.Yield();
        }
    }

    private bool TryClose((string Table, string Partition) place, Lane lane)
    {
        lock (lane)
        {
            if (lane.Batches.Count > 0)
                return false;
            lane.IsClosed = true;
            _lanes.TryRemove(KeyValuePair.Create(place, lane));
            return true;
        }
    }

    private async Task WriteAsync(Table table, string partition, LogBatch batch)
    {
        using var limit = new CancellationTokenSource(WriteLimit, clock);
        try
        {
            await WriteAsync(table, partition, batch.Rows, limit.Token);
        }
        catch (Exception e)
        {
            // Every waiting caller must fail: its response must not be sent.
            foreach (var row in batch.Rows)
                row.Failure ??= e;
        }

        Interlocked.Add(ref _unawaited, -batch.Rows.Sum(row => row.Unawaited));
        Interlocked.Add(ref _entries, -batch.Entries);
        foreach (var row in batch.Rows)
            row.Complete();
        var lost = batch.Rows.Where(row => row is { Failure: not null, Unawaited: > 0 }).ToList();
        if (lost.Count > 0)
            ReportLost(lost.Sum(row => row.Unawaited), lost[0].Failure!);
    }

    private async Task WriteAsync(
        Table table, string partition, IReadOnlyList<LogBatch.Row> rows, CancellationToken cancellation)
    {
        var time = TimeOfDay(table);
        var entities = rows.Select(row => row.Seal(table.Name, partition, time).Row).ToList();
        try
        {
            if (rows.Count > 1)
                await table.PutAllAsync(entities, cancellation);
            else
                await table.PutAsync(entities[0], cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 400 or 413 && rows.Count > 1)
        {
            // One row that the storage rejects must not fail the others.
            foreach (var (row, entity) in rows.Zip(entities))
            {
                try
                {
                    await table.PutAsync(entity, cancellation);
                }
                catch (Exception failure)
                {
                    row.Failure = failure;
                }
            }
        }
    }

    /// <summary>
    /// Now, but at most the last tick of the table's day, so that its rows are older than those of the next day.
    /// </summary>
    private DateTimeOffset TimeOfDay(Table table)
    {
        var now = clock.GetUtcNow();
        var end = new DateTimeOffset(
            Tables.AccessLogDay(table.Name)!.Value.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
        return now < end ? now : end.AddTicks(-1);
    }

    private void ReportLost(int entries, Exception cause)
    {
        if (entries == 0)
            return;
        metrics.AccessLogLost(entries);
        var (error, status) = FailureCause.Of(cause);
        Log.AccessLogLost(logger, entries, error, status);
    }

    private sealed class Lane
    {
        private LogBatch? _last;

        public Queue<LogBatch> Batches { get; } = new();

        public Task? Writer { get; set; }

        public bool IsClosed { get; set; }

        /// <summary>The batch for the next entry; null when the queue is full.</summary>
        public LogBatch? Open()
        {
            if (Batches.Count > 0 && !_last!.IsFull)
                return _last;
            if (Batches.Count == MaxWaiting)
                return null;
            Batches.Enqueue(_last = new LogBatch());
            return _last;
        }

        public LogBatch Take()
        {
            lock (this)
                return Batches.Dequeue();
        }
    }
}
