using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Tlog;
using AtpKeyserver.Transparency.Rows;

namespace AtpKeyserver.Transparency;

/// <summary>
/// Appends entries to the log, in batches: entries that arrive during a commit go into the next one. Every instance
/// has a sequencer and none leads: commits race for the head's ETag, and the loser starts again. An entry is in the log
/// once, however often it is appended, and after its predecessor in the chain.
/// </summary>
/// <remarks>
/// A commit needs no reads if this instance made the last commit and appended the predecessors: it caches the head and
/// the last entries of chains. An outdated cache does no harm, because the transaction then fails.
/// </remarks>
public sealed class Sequencer(LogTable table, LogCreation creation, TimeProvider clock)
{
    /// <summary>Maximum number of waiting entries: about 5 MB.</summary>
    public const int MaxWaiting = 20_000;

    /// <summary>Maximum number of chains whose last entry is cached: about 5 MB.</summary>
    private const int CachedChains = 20_000;

    /// <summary>How long one commit may take, with all its attempts.</summary>
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(30);

    /// <summary>How long the head is not cached after another instance has appended entries.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Queue<AwaitedEntry> _queue = new();
    private readonly Dictionary<(Hash Label, long Sequence), AwaitedEntry> _awaited = [];
    private readonly BoundedCache<Hash, LogEntry> _last = new(CachedChains);
    private bool _isRunning;
    private LogHead? _head;
    private long? _lostAt;

    /// <summary>
    /// Returns the index of the entry when it is in the log. Callers that append the same entry wait together.
    /// </summary>
    /// <exception cref="KeyserverException">
    /// UpstreamFailure: too many entries are waiting, the storage failed, or the entry's predecessor is not in the log.
    /// Append it again later.
    /// </exception>
    public Task<long> AppendAsync(LogEntry entry, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var place = (entry.Label, entry.Sequence);
            if (_awaited.TryGetValue(place, out var waiting))
                return waiting.Entry == entry
                    ? waiting.Index.WaitAsync(cancellation)
                    : throw KeyserverException.Upstream("Another entry with this number is being appended.");
            if (_queue.Count >= MaxWaiting)
                throw KeyserverException.Upstream("The queue of the transparency log is full.");
            _awaited.Add(place, waiting = new AwaitedEntry(entry));
            _queue.Enqueue(waiting);
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Detached.Run(RunAsync);
            }

            return waiting.Index.WaitAsync(cancellation);
        }
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            using var limit = new CancellationTokenSource(CommitLimit, clock);
            try
            {
                await AppendAsync(batch, limit.Token);
            }
            catch (Exception e)
            {
                foreach (var waiting in batch.Where(waiting => waiting.IsOpen))
                    Fail(waiting, e);
            }
        }
    }

    /// <summary>The next batch, sorted by sequence number; empty when the sequencer must stop.</summary>
    private List<AwaitedEntry> Take()
    {
        lock (_lock)
        {
            var batch = new List<AwaitedEntry>();
            while (batch.Count < LogTable.MaxAtOnce && _queue.TryDequeue(out var waiting))
                batch.Add(waiting);
            _isRunning = batch.Count > 0;
            return [.. batch.OrderBy(waiting => waiting.Entry.Sequence)];
        }
    }

    private async Task AppendAsync(List<AwaitedEntry> batch, CancellationToken cancellation)
    {
        await SettleAsync(batch, FindUnknown(batch), cancellation);
        while (batch.FindAll(waiting => waiting.IsOpen) is { Count: > 0 } open)
        {
            var cached = _head;
            _head = null;
            var isTaken = false;
            var head = cached ?? await creation.FindOrCreateAsync(cancellation);
            var next = await table.TryAppendAsync(
                head, [.. open.Select(waiting => waiting.Entry)], () => isTaken = true, cancellation);
            if (next is not null)
                Succeed(open, head.Tree.Size, next);
            else if (isTaken)
                await SettleAsync(batch, open, cancellation);
            else if (cached is not null)
                _lostAt = clock.GetTimestamp();
        }
    }

    /// <summary>Entries whose predecessor this instance did not append and does not append now.</summary>
    private List<AwaitedEntry> FindUnknown(List<AwaitedEntry> batch)
    {
        var places = batch.Select(waiting => (waiting.Entry.Label, waiting.Entry.Sequence)).ToHashSet();
        foreach (var waiting in batch)
        {
            var last = _last.Find(waiting.Entry.Label)?.Sequence ?? -1;
            waiting.HasPredecessor = waiting.Entry.Sequence == last + 1;
        }

        return batch.FindAll(waiting =>
            !waiting.HasPredecessor && !places.Contains((waiting.Entry.Label, waiting.Entry.Sequence - 1)));
    }

    /// <summary>Ends the wait of entries that are in the log already, or cannot be appended now.</summary>
    /// <param name="batch">All entries, sorted by sequence number.</param>
    /// <param name="unknown">The entries to look up in the log.</param>
    /// <param name="cancellation">The deadline.</param>
    private async Task SettleAsync(
        List<AwaitedEntry> batch, List<AwaitedEntry> unknown, CancellationToken cancellation)
    {
        await Bounded.ForEachAsync(unknown, LookUpAsync, cancellation);
        var placed = new HashSet<(Hash, long)>();
        foreach (var waiting in batch)
        {
            var (label, sequence) = (waiting.Entry.Label, waiting.Entry.Sequence);
            var isNext = waiting.HasPredecessor || placed.Contains((label, sequence - 1));
            if (waiting.IsAppended || (waiting.IsOpen && isNext))
                placed.Add((label, sequence));
            else if (waiting.IsOpen)
                Fail(waiting, KeyserverException.Upstream("An earlier entry of the chain is not in the log yet."));
        }
    }

    private async Task LookUpAsync(AwaitedEntry waiting, CancellationToken cancellation)
    {
        var (label, sequence) = (waiting.Entry.Label, waiting.Entry.Sequence);
        if (await table.FindIndexAsync(label, sequence, cancellation) is { } index)
            Succeed(waiting, index);
        else
            waiting.HasPredecessor = sequence == 0
                || await table.FindIndexAsync(label, sequence - 1, cancellation) is not null;
    }

    private void Succeed(List<AwaitedEntry> appended, long first, LogHead next)
    {
        _head = _lostAt is { } lost && clock.GetElapsedTime(lost) < Pause ? null : next;
        for (var i = 0; i < appended.Count; i++)
        {
            _last.Set(appended[i].Entry.Label, appended[i].Entry);
            Succeed(appended[i], first + i);
        }
    }

    private void Succeed(AwaitedEntry waiting, long index)
    {
        Remove(waiting);
        waiting.Succeed(index);
    }

    private void Fail(AwaitedEntry waiting, Exception e)
    {
        Remove(waiting);
        waiting.Fail(e);
    }

    /// <summary>Called before the callers continue, so that a retry does not get the previous outcome.</summary>
    private void Remove(AwaitedEntry waiting)
    {
        lock (_lock)
            _awaited.Remove((waiting.Entry.Label, waiting.Entry.Sequence));
    }
}
