using System.Collections.Concurrent;

namespace AtpKeyserver.Concurrency;

/// <summary>
/// Coalesces concurrent reads of one key without returning data from before the call: a caller that arrives during a
/// read joins the next one. So at most two reads per key are in progress or queued.
/// </summary>
public sealed class CoalescedReads<TKey, TValue>(Func<TKey, CancellationToken, Task<TValue>> read)
    where TKey : notnull
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    private readonly ConcurrentDictionary<TKey, ReadQueue> _queues = new();

    public Task<TValue> ReadAsync(TKey key, CancellationToken cancellation)
    {
        while (true)
        {
            var queue = _queues.GetOrAdd(key, static _ => new ReadQueue());
            lock (queue)
            {
                if (queue.IsClosed)
                    continue;
                queue.Next ??= RunAsync(key, queue, queue.Running);
                return queue.Next.WaitAsync(cancellation);
            }
        }
    }

    private async Task<TValue> RunAsync(TKey key, ReadQueue queue, Task? before)
    {
        // Leave the caller's stack: it holds the lock.
        await Task.Yield();
        if (before is not null)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Let other callers arrive first: they can share this read.
            await Task.Yield();
        }

        lock (queue)
        {
            // From here on, new callers need the next read.
            queue.Running = queue.Next;
            queue.Next = null;
        }

        try
        {
            using var limit = new CancellationTokenSource(Limit);
            return await read(key, limit.Token);
        }
        finally
        {
            lock (queue)
            {
                if (queue.Next is null)
                {
                    queue.IsClosed = true;
                    _queues.TryRemove(KeyValuePair.Create(key, queue));
                }
            }
        }
    }

    private sealed class ReadQueue
    {
        /// <summary>The queued read, which new callers join.</summary>
        public Task<TValue>? Next { get; set; }

        /// <summary>The running read.</summary>
        public Task? Running { get; set; }

        /// <summary>Idle and removed from the dictionary: callers must create a new object.</summary>
        public bool IsClosed { get; set; }
    }
}
