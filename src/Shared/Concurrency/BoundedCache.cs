using System.Collections.Concurrent;

namespace AtpKeyserver.Concurrency;

/// <summary>
/// A cache of at most <c>capacity</c> entries (slightly more during races) with lock-free reads. It has two generations
/// of half the capacity. Used entries move to the young generation. When that is full, it becomes the old one and the
/// previous old generation is dropped with all entries that were not used since.
/// </summary>
internal sealed class BoundedCache<TKey, TValue>(int capacity)
    where TKey : notnull
    where TValue : class
{
    private readonly int _perGeneration = Math.Max(1, capacity / 2);
    private Generations _generations = new(new Generation(), new Generation());

    public TValue? Find(TKey key)
    {
        var (young, old) = Volatile.Read(ref _generations);
        if (young.Entries.TryGetValue(key, out var value))
            return value;
        if (!old.Entries.TryGetValue(key, out value))
            return null;
        // TryAdd must not overwrite a newer value.
        if (young.Entries.TryAdd(key, value))
            Count(young);
        return value;
    }

    public void Set(TKey key, TValue value)
    {
        while (true)
        {
            var young = Volatile.Read(ref _generations).Young;
            var added = young.Entries.TryAdd(key, value);
            if (!added)
                young.Entries[key] = value;
            // If the generations have changed since, a reader may have promoted the previous value: set again.
            if (young == Volatile.Read(ref _generations).Young)
            {
                if (added)
                    Count(young);
                return;
            }
        }
    }

    private void Count(Generation young)
    {
        if (Interlocked.Increment(ref young.Count) == _perGeneration)
            Volatile.Write(ref _generations, new Generations(new Generation(), young));
    }

    private sealed class Generation
    {
        public readonly ConcurrentDictionary<TKey, TValue> Entries = new();
        public int Count;
    }

    private sealed record Generations(Generation Young, Generation Old);
}
