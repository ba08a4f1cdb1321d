using System.Collections.Concurrent;

namespace AtpKeyserver.Concurrency;

/// <summary>
/// Reads that concurrent callers share without ever getting an answer from before they asked: who comes while a read is under way waits for the
/// next one, together with all others who do. So one key is read at most twice at a time, however many ask.
/// </summary>
public sealed class CoalescedReads<TKey, TValue>(Func<TKey, CancellationToken, Task<TValue>> read)
    where TKey : notnull
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    private readonly ConcurrentDictionary<TKey, Turns> _turns = new();

    public Task<TValue> ReadAsync(TKey key, CancellationToken cancellation)
    {
        while (true)
        {
            var turns = _turns.GetOrAdd(key, static _ => new Turns());
            lock (turns)
            {
                if (turns.IsOver)
                    continue;
                turns.Next ??= RunAsync(key, turns, turns.Last);
                return turns.Next.WaitAsync(cancellation);
            }
        }
    }

    private async Task<TValue> RunAsync(TKey key, Turns turns, Task? before)
    {
        // Never on the caller's stack: it holds the lock.
        await Task.Yield();
        if (before is not null)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Behind whatever else has arrived: the more share the read, the fewer reads.
            await Task.Yield();
        }

        lock (turns)
        {
            // From here on the read may already be too old for who comes.
            turns.Last = turns.Next;
            turns.Next = null;
        }

        try
        {
            using var limit = new CancellationTokenSource(Limit);
            return await read(key, limit.Token);
        }
        finally
        {
            lock (turns)
            {
                if (turns.Next is null)
                {
                    turns.IsOver = true;
                    _turns.TryRemove(KeyValuePair.Create(key, turns));
                }
            }
        }
    }

    private sealed class Turns
    {
        /// <summary>Waits for its turn; whoever comes joins it.</summary>
        public Task<TValue>? Next { get; set; }

        /// <summary>Under way.</summary>
        public Task? Last { get; set; }

        /// <summary>Nobody waits and nothing runs: a new object takes the place of this one.</summary>
        public bool IsOver { get; set; }
    }
}
