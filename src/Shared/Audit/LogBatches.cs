using System.Collections.Concurrent;
using System.Security.Cryptography;
using AtpKeyserver.Errors;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using AtpKeyserver.Telemetry;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Audit;

/// <summary>
/// Writes what is logged in one partition (a lane) together: what arrives while a write is under way goes into the next. Entries that have no place
/// of their own become one row, for which the storage does no more work than for one entry; with rows that have theirs they make one transaction.
/// Rows have one place and one content, so writing one again does no harm. What waits is bounded, for each lane and for all together: a storage that
/// stalls costs callers their answers, not this server its memory.
/// </summary>
public sealed class LogBatches(KeyserverMetrics metrics, TimeProvider clock, ILogger<LogBatches> logger) : IAsyncDisposable
{
    /// <summary>Full batches that wait in a lane when the next lane is used.</summary>
    public const int Spill = 2;

    /// <summary>Batches that wait in a lane at most.</summary>
    public const int MaxWaiting = 8;

    /// <summary>Entries that wait or are being written, all lanes of all subjects together: some 20 MB.</summary>
    public const int MaxEntries = 20_000;

    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Table, string Partition), Lane> _lanes = new();
    private int _entries;
    private int _unawaited;

    /// <summary>The partition for a row that may stand in any lane: the first where little waits, else the one where the least does.</summary>
    internal string ChoosePartition(string table, string stem)
    {
        var (best, fewest) = ("", int.MaxValue);
        for (var number = 0; number < LogRow.Lanes; number++)
        {
            var partition = LogRow.Partition(stem, number);
            var waiting = _lanes.TryGetValue((table, partition), out var lane) ? lane.FullBatches : 0;
            if (waiting < Spill)
                return partition;
            if (waiting < fewest)
                (best, fewest) = (partition, waiting);
        }

        return best;
    }

    /// <summary>Returns when this row is durable, which has a place of its own.</summary>
    /// <exception cref="KeyserverException">UpstreamFailure: too much waits already.</exception>
    public Task WriteAsync(Table table, TableEntity row, CancellationToken cancellation) =>
        Add(table, row.PartitionKey, new Entry { Row = row, IsAwaited = true }).WaitAsync(cancellation);

    /// <summary>Returns when this entry is durable. Its time is that of the write.</summary>
    /// <param name="table">Of the day.</param>
    /// <param name="partition">Of the subject and lane: all entries in it are sealed with the same key.</param>
    /// <param name="details">As <see cref="LogRow.Details"/> makes them.</param>
    /// <param name="key">The account key of the subject's owner.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="KeyserverException">UpstreamFailure: too much waits already.</exception>
    public Task WriteAsync(Table table, string partition, byte[] details, SealingKey key, CancellationToken cancellation) =>
        Add(table, partition, new Entry { Details = details, Key = key, IsAwaited = true }).WaitAsync(cancellation);

    /// <summary>Returns at once; an entry that cannot be written is logged and counted as lost.</summary>
    /// <exception cref="KeyserverException">UpstreamFailure: too much waits already.</exception>
    public void Enqueue(Table table, string partition, byte[] details, SealingKey key) =>
        Add(table, partition, new Entry { Details = details, Key = key });

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

    private Task Add(Table table, string partition, Entry entry)
    {
        if (Interlocked.Increment(ref _entries) > MaxEntries)
        {
            Interlocked.Decrement(ref _entries);
            throw TooMuch();
        }

        var place = (table.Name, partition);
        while (true)
        {
            var lane = _lanes.GetOrAdd(place, static _ => new Lane());
            lock (lane)
            {
                if (lane.IsOver)
                    continue;
                if (lane.Open() is not { } batch)
                {
                    Interlocked.Decrement(ref _entries);
                    throw TooMuch();
                }

                if (entry.Row is { } row && batch.Find(row) is { } same)
                {
                    Interlocked.Decrement(ref _entries);
                    return same.Written;
                }

                batch.Entries.Add(entry);
                if (!entry.IsAwaited)
                    Interlocked.Increment(ref _unawaited);
                lane.Writer ??= StartWriting(table, place, lane);
                return entry.Written;
            }
        }
    }

    private Task StartWriting(Table table, (string Table, string Partition) place, Lane lane) =>
        Task.Run(() => WriteAllAsync(table, place, lane), CancellationToken.None);

    private async Task WriteAllAsync(Table table, (string Table, string Partition) place, Lane lane)
    {
        while (true)
        {
            Batch batch;
            lock (lane)
            {
                if (lane.Batches.Count == 0)
                {
                    lane.IsOver = true;
                    _lanes.TryRemove(KeyValuePair.Create(place, lane));
                    return;
                }

                batch = lane.Batches[0];
                lane.Batches.RemoveAt(0);
            }

            await WriteAsync(table, place.Partition, batch);
            // Behind whatever else has arrived: the more there is, the fewer writes.
            await Task.Yield();
        }
    }

    private async Task WriteAsync(Table table, string partition, Batch batch)
    {
        using var limit = new CancellationTokenSource(WriteLimit);
        try
        {
            await WriteAsync(table, batch.ToRows(table.Name, partition, TimeOfDay(table)), limit.Token);
        }
        catch (Exception e)
        {
            // Each caller whose entry was in it is told: its answer must not leave.
            foreach (var entry in batch.Entries)
                entry.Failure ??= e;
        }

        var unawaited = batch.Entries.FindAll(entry => !entry.IsAwaited);
        var lost = unawaited.FindAll(entry => entry.Failure is not null);
        if (lost.Count > 0)
            ReportLost(lost.Count, lost[0].Failure!);
        Interlocked.Add(ref _unawaited, -unawaited.Count);
        Interlocked.Add(ref _entries, -batch.Entries.Count);
        foreach (var entry in batch.Entries)
            entry.Complete();
    }

    private static async Task WriteAsync(Table table, List<(TableEntity Row, List<Entry> Entries)> rows, CancellationToken cancellation)
    {
        try
        {
            if (rows.Count > 1)
                await table.PutAllAsync([.. rows.Select(row => row.Row)], cancellation);
            else
                await table.PutAsync(rows[0].Row, cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 400 or 413 && rows.Count > 1)
        {
            // One row that cannot be written must not take the others with it.
            foreach (var (row, entries) in rows)
            {
                try
                {
                    await table.PutAsync(row, cancellation);
                }
                catch (Exception failure)
                {
                    entries.ForEach(entry => entry.Failure = failure);
                }
            }
        }
    }

    /// <summary>Now; just after midnight the last instant of the table's day, so that its rows stay behind those of the next.</summary>
    private DateTimeOffset TimeOfDay(Table table)
    {
        var now = clock.GetUtcNow();
        var end = new DateTimeOffset(Tables.AccessLogDay(table.Name)!.Value.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
        return now < end ? now : end.AddTicks(-1);
    }

    private void ReportLost(int entries, Exception why)
    {
        if (entries == 0)
            return;
        metrics.AccessLogLost(entries);
        Log.AccessLogLost(logger, entries, why.GetType().Name, (why as RequestFailedException)?.Status ?? 0);
    }

    private static KeyserverException TooMuch() => KeyserverException.Upstream("The access log cannot be written fast enough now; try again.");

    private sealed class Lane
    {
        public List<Batch> Batches { get; } = [];

        public Task? Writer { get; set; }

        public bool IsOver { get; set; }

        /// <summary>The batch that takes the next row; null when too many wait.</summary>
        public Batch? Open()
        {
            if (Batches is not [.., { IsFull: false }])
            {
                if (Batches.Count == MaxWaiting)
                    return null;
                Batches.Add(new Batch());
            }

            return Batches[^1];
        }

        public int FullBatches
        {
            get
            {
                lock (this)
                    return Batches.Count(batch => batch.IsFull);
            }
        }
    }

    private sealed class Batch
    {
        public List<Entry> Entries { get; } = [];

        public bool IsFull => Entries.Count == Table.MaxTransaction;

        /// <summary>A row of the same place that is in it already: two that drain an event write one row.</summary>
        public Entry? Find(TableEntity row) => Entries.Find(known => known.Row?.RowKey == row.RowKey);

        /// <summary>The rows as they are, and all else in as few as their size allows.</summary>
        public List<(TableEntity Row, List<Entry> Entries)> ToRows(string table, string partition, DateTimeOffset time)
        {
            List<(TableEntity Row, List<Entry> Entries)> rows = [];
            var (together, size) = (new List<Entry>(Entries.Count), 0);
            foreach (var entry in Entries)
            {
                if (entry.Row is not null)
                {
                    rows.Add((entry.Row, [entry]));
                    continue;
                }

                if (size + entry.Details.Length + 1 > LogRow.MaxDetails)
                    Close();
                together.Add(entry);
                size += entry.Details.Length + 1;
            }

            Close();
            return rows;

            void Close()
            {
                if (together.Count == 0)
                    return;
                var key = LogRow.Key(time, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
                // Newest first, as everywhere in the log.
                List<byte[]> details = [.. together.Select(entry => entry.Details).Reverse()];
                rows.Add((LogRow.Seal(table, partition, key, details, together[0].Key!), together));
                (together, size) = ([], 0);
            }
        }
    }

    /// <summary>A row, or the details of an entry that has no place yet.</summary>
    private sealed class Entry
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TableEntity? Row { get; init; }

        public byte[] Details { get; init; } = [];

        public SealingKey? Key { get; init; }

        public bool IsAwaited { get; init; }

        /// <summary>Why it was not written.</summary>
        public Exception? Failure { get; set; }

        /// <summary>Ends when the entry is durable, or with its failure.</summary>
        public Task Written => _written.Task;

        public void Complete()
        {
            if (Failure is null)
                _written.SetResult();
            else
            {
                _written.SetException(Failure);
                // Seen, also where nobody waits any more.
                _ = _written.Task.Exception;
            }
        }
    }
}
