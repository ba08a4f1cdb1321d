using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Transparency;

/// <summary>
/// Appends entries to the log, in batches: entries that arrive during a commit go into the next one. Every instance
/// has a sequencer and none leads: commits race for the head's ETag, and the loser starts again. An entry is in the log
/// once, however often it is appended, and after its predecessor in the chain.
/// </summary>
public sealed class Sequencer(LogTable table, LogCreation creation, TimeProvider clock)
{
    /// <summary>Maximum number of waiting entries: about 5 MB.</summary>
    public const int MaxWaiting = 20_000;

    /// <summary>How long one commit may take, with all its attempts.</summary>
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(30);

    private readonly Queue<Waiting> _waiting = new();
    private bool _isRunning;

    /// <summary>Returns the index of the entry when it is in the log.</summary>
    /// <exception cref="KeyserverException">
    /// UpstreamFailure: too many entries are waiting, the storage failed, or the entry's predecessor is not in the log.
    /// Append it again later.
    /// </exception>
    public Task<long> AppendAsync(LogEntry entry, CancellationToken cancellation)
    {
        var waiting = new Waiting(entry);
        lock (_waiting)
        {
            if (_waiting.Count >= MaxWaiting)
                throw KeyserverException.Upstream("The queue of the transparency log is full.");
            _waiting.Enqueue(waiting);
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Detached.Run(RunAsync);
            }
        }

        return waiting.Index.Task.WaitAsync(cancellation);
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
                foreach (var waiting in batch)
                    waiting.Fail(e);
            }
        }
    }

    /// <summary>The next batch; empty when the sequencer must stop.</summary>
    private List<Waiting> Take()
    {
        lock (_waiting)
        {
            var batch = new List<Waiting>();
            while (batch.Count < LogTable.MaxAtOnce && _waiting.TryDequeue(out var waiting))
                batch.Add(waiting);
            _isRunning = batch.Count > 0;
            return batch;
        }
    }

    private async Task AppendAsync(List<Waiting> batch, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var head = await creation.FindOrCreateAsync(cancellation);
            if (attempt != 2) // The second attempt usually follows a lost race for the head.
                await SettleAsync(batch, cancellation);
            Waiting[] open = [.. batch.Where(waiting => !waiting.Index.Task.IsCompleted)];
            if (open.Length == 0)
                return;
            if (!await table.TryAppendAsync(head, [.. open.Select(waiting => waiting.Entry)], cancellation))
                continue;
            for (var i = 0; i < open.Length; i++)
                open[i].Index.TrySetResult(head.Tree.Size + i);
            return;
        }
    }

    /// <summary>Ends the wait of entries that are in the log already, or cannot be appended now.</summary>
    private async Task SettleAsync(List<Waiting> batch, CancellationToken cancellation)
    {
        await Bounded.ForEachAsync(batch, SettleAsync, cancellation);
        var appended = new HashSet<(Hash, long)>();
        foreach (var waiting in batch.Where(waiting => !waiting.Index.Task.IsCompleted))
        {
            var entry = waiting.Entry;
            if (!waiting.HasPredecessor && !appended.Contains((entry.Label, entry.Sequence - 1)))
                waiting.Fail(KeyserverException.Upstream("An earlier entry of the chain is not in the log yet."));
            else if (!appended.Add((entry.Label, entry.Sequence)))
                waiting.Fail(KeyserverException.Upstream("The entry is being appended."));
        }
    }

    private async Task SettleAsync(Waiting waiting, CancellationToken cancellation)
    {
        var (label, sequence) = (waiting.Entry.Label, waiting.Entry.Sequence);
        if (await table.FindIndexAsync(label, sequence, cancellation) is { } index)
            waiting.Index.TrySetResult(index);
        else
            waiting.HasPredecessor = sequence == 0
                || await table.FindIndexAsync(label, sequence - 1, cancellation) is not null;
    }

    private sealed class Waiting(LogEntry entry)
    {
        public LogEntry Entry => entry;

        /// <summary>Whether the log has the entry before this one in its chain.</summary>
        public bool HasPredecessor { get; set; }

        public TaskCompletionSource<long> Index { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception e)
        {
            if (Index.TrySetException(e))
                _ = Index.Task.Exception; // Observed, also if the caller has left.
        }
    }
}
