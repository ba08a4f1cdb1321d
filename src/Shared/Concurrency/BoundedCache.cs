using System.Collections.Concurrent;

namespace AtpKeyserver.Concurrency;

/// <summary>
/// A cache that never holds more than <c>capacity</c> entries (and a few more while calls race) and reads without a lock. Two generations
/// of half the capacity: what is used moves into the young one; when that is full, it becomes the old one and the former old one goes, with
/// everything in it that nobody asked for in the meantime.
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
        // Only if it isn't there: a newer value that was set since must stay.
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
            // Had the generations turned in between, a reader might have moved the former value in front of this one.
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
