using System.Collections.Concurrent;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// Events that this process has moved into the access log and not deleted yet. The next change of their group deletes
/// them in its transaction. Without one, and for keypairs, those of a partition are deleted after 5 to 10 s. It is safe
/// to forget an event: the timer moves it again, to the same row. (docs/adr/0033)
/// </summary>
public sealed class DrainedEvents(TimeProvider clock, ILogger<DrainedEvents> logger) : IAsyncDisposable
{
    /// <summary>Maximum number of events in memory: about 5 MB.</summary>
    public const int MaxEvents = 20_000;

    private const int AtOnce = 4;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(Table Table, string Partition), Rows> _partitions = new();
    private int _events;
    private int _isDeleting;

    /// <summary>Remembers an event; false if there are too many.</summary>
    public bool TryAdd(Table table, EventRow drained)
    {
        if (Interlocked.Increment(ref _events) > MaxEvents)
        {
            Interlocked.Decrement(ref _events);
            return false;
        }

        Add(table, drained.Row.PartitionKey, drained.Row.RowKey);
        StartDeleting();
        return true;
    }

    /// <summary>Whether this process has moved the event and not deleted it yet.</summary>
    public bool Contains(Table table, EventRow pending) =>
        _partitions.TryGetValue((table, pending.Row.PartitionKey), out var rows) && rows.Contains(pending.Row.RowKey);

    /// <summary>Takes events of a partition, for a change that deletes them.</summary>
    public IReadOnlyList<string> Take(Table table, string partition, int max)
    {
        if (!_partitions.TryGetValue((table, partition), out var rows))
            return [];
        var taken = rows.Take(max, out var isEmpty);
        if (isEmpty)
            _partitions.TryRemove(KeyValuePair.Create((table, partition), rows));
        Interlocked.Add(ref _events, -taken.Length);
        return taken;
    }

    /// <summary>Remembers events again after the change that should have deleted them failed.</summary>
    public void Return(Table table, string partition, IReadOnlyList<string> rows)
    {
        Interlocked.Add(ref _events, rows.Count);
        foreach (var row in rows)
            Add(table, partition, row);
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(ShutdownLimit, clock);
        try
        {
            await DeleteAsync(TimeSpan.Zero, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // A timer deletes the rest.
        }
    }

    private void Add(Table table, string partition, string row)
    {
        while (!_partitions.GetOrAdd((table, partition), _ => new Rows(clock.GetTimestamp())).TryAdd(row))
        {
            // All of its events were taken, and it is about to be removed: then a new one is added.
            Thread.Yield();
        }
    }

    private void StartDeleting()
    {
        if (Interlocked.Exchange(ref _isDeleting, 1) == 0)
            _ = Detached.Run(DeleteInTurnsAsync);
    }

    private async Task DeleteInTurnsAsync()
    {
        try
        {
            while (!_partitions.IsEmpty)
            {
                await Task.Delay(Wait, clock);
                await DeleteAsync(Wait, CancellationToken.None);
            }
        }
        finally
        {
            Volatile.Write(ref _isDeleting, 0);
        }

        // Added since the last look.
        if (!_partitions.IsEmpty)
            StartDeleting();
    }

    private async Task DeleteAsync(TimeSpan age, CancellationToken cancellation)
    {
        var old = _partitions.Where(entry => clock.GetElapsedTime(entry.Value.Since) >= age).Select(entry => entry.Key);
        await Parallel.ForEachAsync(
            old.ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (place, _) =>
            {
                var rows = Take(place.Table, place.Partition, Table.MaxTransaction);
                try
                {
                    await place.Table.DeleteAllAsync(place.Partition, rows, cancellation);
                }
                catch (Exception e)
                {
                    var (error, status) = FailureCause.Of(e);
                    Log.EventsNotDeleted(logger, place.Table.Name, error, status);
                }
            });
    }

    /// <summary>The row keys of a partition.</summary>
    private sealed class Rows(long since)
    {
        private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
        private bool _isClosed;

        /// <summary>When the first was added, as a timestamp of the clock.</summary>
        public long Since => since;

        public bool TryAdd(string key)
        {
            lock (_keys)
            {
                if (!_isClosed)
                    _keys.Add(key);
                return !_isClosed;
            }
        }

        public bool Contains(string key)
        {
            lock (_keys)
                return _keys.Contains(key);
        }

        public string[] Take(int max, out bool isEmpty)
        {
            lock (_keys)
            {
                string[] taken = [.. _keys.Take(max)];
                _keys.ExceptWith(taken);
                isEmpty = _isClosed = _keys.Count == 0;
                return taken;
            }
        }
    }
}
