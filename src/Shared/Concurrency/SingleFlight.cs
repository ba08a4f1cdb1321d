using System.Collections.Concurrent;

namespace AtpKeyserver.Concurrency;

/// <summary>
/// Coalesces concurrent calls: callers that arrive while the work runs get the same result or exception. Results are
/// not cached. The work has its own deadline, so a caller that gives up does not cancel it for the others.
/// </summary>
public sealed class SingleFlight<TKey, TValue>
    where TKey : notnull
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    private readonly ConcurrentDictionary<TKey, Lazy<Task<TValue>>> _running = new();

    /// <param name="key">Identifies the work.</param>
    /// <param name="work">Runs once for all callers, with its own deadline.</param>
    /// <param name="cancellation">Cancels this caller's wait, not the work.</param>
    public Task<TValue> RunAsync(
        TKey key, Func<CancellationToken, Task<TValue>> work, CancellationToken cancellation) =>
        _running.GetOrAdd(key, k => Start(k, work)).Value.WaitAsync(cancellation);

    private Lazy<Task<TValue>> Start(TKey key, Func<CancellationToken, Task<TValue>> work)
    {
        Lazy<Task<TValue>>? own = null;
        own = new Lazy<Task<TValue>>(() => Task.Run(async () =>
        {
            try
            {
                using var limit = new CancellationTokenSource(Limit);
                return await work(limit.Token);
            }
            finally
            {
                _running.TryRemove(KeyValuePair.Create(key, own!));
            }
        }));
        return own;
    }
}
