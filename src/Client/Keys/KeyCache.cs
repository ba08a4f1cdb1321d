namespace AtpKeyserver.Client;

/// <summary>
/// Caches up to 1,000 keys, least recently used evicted first: active versions for an hour, others for a day.
/// Concurrent requests for a key share one call. A timer removes expired keys.
/// </summary>
internal sealed class KeyCache : IDisposable
{
    internal const int Capacity = 1000;

    internal static readonly TimeSpan ActiveLifetime = TimeSpan.FromHours(1);

    internal static readonly TimeSpan HistoricalLifetime = TimeSpan.FromHours(24);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly Func<KeyId, CancellationToken, Task<CachedKey>> _fetch;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyId, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Dictionary<KeyId, PendingFetch> _pending = [];
    private readonly CancellationTokenSource _closed = new();
    private readonly ITimer _sweeper;

    public KeyCache(Func<KeyId, CancellationToken, Task<CachedKey>> fetch, TimeProvider time)
    {
        _fetch = fetch;
        _time = time;
        _sweeper = time.CreateTimer(static cache => ((KeyCache)cache!).Sweep(), this, SweepInterval, SweepInterval);
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Leases a key. Does not allocate if the key is cached.</summary>
    public ValueTask<KeyLease> RentAsync(KeyId id, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (Find(id) is { } key)
                return ValueTask.FromResult(key.Lease());
        }

        return new ValueTask<KeyLease>(FetchAndRentAsync(id, cancellation));
    }

    /// <summary>Removes the matching keys, and ignores their calls in progress.</summary>
    public void Forget(Predicate<KeyId> which)
    {
        lock (_lock)
        {
            // A call in progress may return the old key.
            foreach (var id in _pending.Keys.Where(id => which(id)).ToArray())
                _pending.Remove(id);
            foreach (var id in _entries.Keys.Where(id => which(id)).ToArray())
                Remove(_entries[id]);
        }
    }

    /// <summary>Removes the active key of a subject if a newer version exists.</summary>
    /// <param name="kind">The kind of the key.</param>
    /// <param name="subject">Group id, or DID.</param>
    /// <param name="version">A version that the server confirmed.</param>
    public void Supersede(KeyKind kind, string subject, int version)
    {
        var active = new KeyId(kind, subject, KeyId.Active);
        lock (_lock)
        {
            if (_entries.TryGetValue(active, out var known) && known.Value.Key.Version < version)
                Remove(known);
            if (_pending.TryGetValue(active, out var pending))
                pending.LeastVersion = Math.Max(pending.LeastVersion, version);
        }
    }

    public void Dispose()
    {
        // Cancelled first, so that nothing is added after the removal. Not disposed: a call in progress may still use
        // it.
        _closed.Cancel();
        _sweeper.Dispose();
        Forget(_ => true);
    }

    private async Task<KeyLease> FetchAndRentAsync(KeyId id, CancellationToken cancellation)
    {
        while (true)
        {
            PendingFetch pending;
            var isNew = false;
            lock (_lock)
            {
                if (Find(id) is { } key)
                    return key.Lease();
                ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, typeof(KeyserverClient));
                if (!_pending.TryGetValue(id, out pending!))
                {
                    _pending[id] = pending = new PendingFetch();
                    isNew = true;
                }

                pending.Waiting++;
            }

            // Outside the lock, and before the first await, so that keys requested in a row are collected.
            if (isNew)
                _ = FetchAsync(id, pending);
            try
            {
                // Check the cache again: if the key was removed in the meantime, it is fetched again.
                await pending.Completion.Task.WaitAsync(cancellation).ConfigureAwait(false);
            }
            finally
            {
                Leave(id, pending);
            }
        }
    }

    /// <summary>Other callers may wait for the same fetch: only the last one that leaves cancels it.</summary>
    private void Leave(KeyId id, PendingFetch pending)
    {
        lock (_lock)
        {
            if (--pending.Waiting > 0 || pending.Completion.Task.IsCompleted)
                return;
            if (_pending.GetValueOrDefault(id) == pending)
                _pending.Remove(id);
        }

        pending.Abandoned.Cancel();
    }

    private async Task FetchAsync(KeyId id, PendingFetch pending)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, pending.Abandoned.Token);
        try
        {
            var key = await _fetch(id, stop.Token).ConfigureAwait(false);
            Complete(id, pending, key);
            pending.Completion.SetResult();
        }
        catch (Exception e)
        {
            Complete(id, pending, null);
            pending.Completion.SetException(e);
            // Mark it as observed: all callers may have left.
            _ = pending.Completion.Task.Exception;
        }
    }

    private void Complete(KeyId id, PendingFetch pending, CachedKey? key)
    {
        lock (_lock)
        {
            if (_pending.GetValueOrDefault(id) == pending && !_closed.IsCancellationRequested)
            {
                _pending.Remove(id);
                if (key is not null && key.Version < pending.LeastVersion)
                    key.Release(); // Outdated while it was fetched.
                else if (key is not null)
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

    /// <summary>A numbered version may be cached as the active one.</summary>
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
        if (!IsExpired(node.Value))
            return node;
        Remove(node);
        return null;
    }

    private bool IsExpired(Entry entry) => _time.GetElapsedTime(entry.Since) >= entry.Life;

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
            foreach (var node in _entries.Values.Where(node => IsExpired(node.Value)).ToArray())
                Remove(node);
        }
    }

    /// <summary>A call in progress. Its result is used only while it is in the list.</summary>
    private sealed class PendingFetch
    {
        public TaskCompletionSource Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The callers that wait.</summary>
        public int Waiting { get; set; }

        /// <summary>
        /// Cancelled when all callers have left. Not disposed: a caller may leave when the call has ended.
        /// </summary>
        public CancellationTokenSource Abandoned { get; } = new();

        /// <summary>A version that is known to exist: an older active one is outdated.</summary>
        public int LeastVersion { get; set; }
    }

    private sealed record Entry(KeyId Id, CachedKey Key, long Since, TimeSpan Life);
}
