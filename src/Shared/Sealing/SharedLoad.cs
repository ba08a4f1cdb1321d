using System.Collections.Concurrent;

namespace AtpKeyserver.Sealing;

/// <summary>
/// Values that are loaded once per process and kept. Callers of one key that is being loaded wait for the same load; a failure is not kept, and
/// a caller who gives up does not stop the load for the others.
/// </summary>
public sealed class SharedLoad<TKey, TValue>(Func<TKey, CancellationToken, Task<TValue>> load)
    where TKey : notnull
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    private readonly ConcurrentDictionary<TKey, Lazy<Task<TValue>>> _values = new();

    public Task<TValue> GetAsync(TKey key, CancellationToken cancellation)
    {
        var task = _values.GetOrAdd(key, Start).Value;
        return task.IsCompletedSuccessfully ? task : task.WaitAsync(cancellation);
    }

    private Lazy<Task<TValue>> Start(TKey key)
    {
        Lazy<Task<TValue>>? own = null;
        own = new Lazy<Task<TValue>>(async () =>
        {
            await Task.Yield();
            try
            {
                using var limit = new CancellationTokenSource(Limit);
                return await load(key, limit.Token);
            }
            catch
            {
                _values.TryRemove(KeyValuePair.Create(key, own!));
                throw;
            }
        });
        return own;
    }
}
