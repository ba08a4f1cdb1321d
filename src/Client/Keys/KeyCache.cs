namespace AtpKeyserver.Client;

/// <summary>
/// Keys in memory: active ones for an hour, others for a day, the 1,000 that were used last. Requests for one key at
/// the same time are one call. Keys leave by themselves when their time is up, also if nobody asks.
/// </summary>
internal sealed class KeyCache : IDisposable
{
    internal const int Capacity = 1000;

    internal static readonly TimeSpan ActiveLifetime = TimeSpan.FromHours(1);

    internal static readonly TimeSpan HistoricalLifetime = TimeSpan.FromHours(24);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly Func<KeyId, CancellationToken, Task<CachedKey>> _fetch;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyId, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Dictionary<KeyId, Flight> _flights = [];
    private readonly CancellationTokenSource _closed = new();
    private readonly ITimer _sweeper;

    public KeyCache(Func<KeyId, CancellationToken, Task<CachedKey>> fetch, TimeProvider time)
    {
        _fetch = fetch;
        _time = time;
        _sweeper = time.CreateTimer(static cache => ((KeyCache)cache!).Sweep(), this, SweepEvery, SweepEvery);
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>The key for a while. Allocates nothing when it is there.</summary>
    public ValueTask<KeyLease> RentAsync(KeyId id, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (Find(id) is { } key)
                return ValueTask.FromResult(key.Lease());
        }

        return new ValueTask<KeyLease>(FetchAndRentAsync(id, cancellation));
    }

    /// <summary>Forgets the keys for which this holds, and what is being fetched.</summary>
    public void Forget(Predicate<KeyId> which)
    {
        lock (_lock)
        {
            // What is under way may be of before.
            foreach (var id in _flights.Keys.Where(id => which(id)).ToArray())
                _flights.Remove(id);
            foreach (var id in _entries.Keys.Where(id => which(id)).ToArray())
                Remove(_entries[id]);
        }
    }

    /// <summary>Forgets the active key of a subject if a newer version exists: someone may have rotated it.</summary>
    /// <param name="kind">What the key is of.</param>
    /// <param name="subject">Group id, or DID.</param>
    /// <param name="version">A version that the server confirmed.</param>
    public void Supersede(KeyKind kind, string subject, int version)
    {
        var active = new KeyId(kind, subject, KeyId.Active);
        lock (_lock)
        {
            if (!_entries.TryGetValue(active, out var known))
                _flights.Remove(active); // Its answer may be older.
            else if (known.Value.Key.Version < version)
                Remove(known);
        }
    }

    public void Dispose()
    {
        // First, so that nothing comes in after all was forgotten. Not disposed: a flight may still look at it.
        _closed.Cancel();
        _sweeper.Dispose();
        Forget(_ => true);
    }

    private async Task<KeyLease> FetchAndRentAsync(KeyId id, CancellationToken cancellation)
    {
        while (true)
        {
            Flight flight;
            lock (_lock)
            {
                if (Find(id) is { } key)
                    return key.Lease();
                ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, typeof(KeyserverClient));
                if (!_flights.TryGetValue(id, out flight!))
                {
                    // Not under the lock, and not cancelled by the one caller who happened to be first.
                    flight = new Flight();
                    flight.Landed = Task.Run(() => FetchAsync(id, flight), CancellationToken.None);
                    _flights[id] = flight;
                }
            }

            // Then look again: if the key was to be forgotten meanwhile, it is fetched anew.
            await flight.Landed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task FetchAsync(KeyId id, Flight flight)
    {
        CachedKey? key = null;
        try
        {
            key = await _fetch(id, _closed.Token).ConfigureAwait(false);
        }
        finally
        {
            Land(id, flight, key);
        }
    }

    private void Land(KeyId id, Flight flight, CachedKey? key)
    {
        lock (_lock)
        {
            if (_flights.GetValueOrDefault(id) == flight && !_closed.IsCancellationRequested)
            {
                _flights.Remove(id);
                if (key is not null)
                    Add(id, key);
                if (key is not null && id.Version != KeyId.Active)
                    Supersede(id.Kind, id.Subject, id.Version);
            }
            else
            {
                key?.Release();
            }
        }
    }

    private void Add(KeyId id, CachedKey key)
    {
        var life = id.Version == KeyId.Active ? ActiveLifetime : HistoricalLifetime;
        _entries[id] = _byUse.AddFirst(new Entry(id, key, _time.GetTimestamp(), life));
        if (_entries.Count > Capacity)
            Remove(_byUse.Last!);
    }

    /// <summary>A numbered version may be there as the active one.</summary>
    private CachedKey? Find(KeyId id)
    {
        var node = FindFresh(id);
        if (node is null && id.Version != KeyId.Active && FindFresh(id with { Version = KeyId.Active }) is { } active
            && active.Value.Key.Version == id.Version)
            node = active;
        if (node is null)
            return null;
        if (node != _byUse.First)
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }

        return node.Value.Key;
    }

    private LinkedListNode<Entry>? FindFresh(KeyId id)
    {
        if (!_entries.TryGetValue(id, out var node))
            return null;
        if (!IsOver(node.Value))
            return node;
        Remove(node);
        return null;
    }

    private bool IsOver(Entry entry) => _time.GetElapsedTime(entry.Since) >= entry.Life;

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Id);
        node.Value.Key.Release();
    }

    private void Sweep()
    {
        lock (_lock)
        {
            foreach (var node in _entries.Values.Where(node => IsOver(node.Value)).ToArray())
                Remove(node);
        }
    }

    /// <summary>A call under way. It counts while it is in the list.</summary>
    private sealed class Flight
    {
        public Task Landed { get; set; } = null!;
    }

    private sealed record Entry(KeyId Id, CachedKey Key, long Since, TimeSpan Life);
}
