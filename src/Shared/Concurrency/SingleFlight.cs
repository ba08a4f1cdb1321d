using System.Collections.Concurrent;

namespace AtpKeyserver.Concurrency;

/// <summary>
/// Work that many callers need at once is done once: who comes while it is under way waits for the same result, or the same failure. Nothing is
/// kept afterwards. The work has its own deadline, so that a caller who gives up does not end it for the others.
/// </summary>
public sealed class SingleFlight<TKey, TValue>
    where TKey : notnull
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    private readonly ConcurrentDictionary<TKey, Lazy<Task<TValue>>> _underWay = new();

    /// <param name="key">What the callers have in common.</param>
    /// <param name="work">Done for the first of them; gets its own deadline.</param>
    /// <param name="cancellation">Ends the waiting, not the work.</param>
    public Task<TValue> RunAsync(TKey key, Func<CancellationToken, Task<TValue>> work, CancellationToken cancellation) =>
        _underWay.GetOrAdd(key, k => Start(k, work)).Value.WaitAsync(cancellation);

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
                _underWay.TryRemove(KeyValuePair.Create(key, own!));
            }
        }));
        return own;
    }
}
