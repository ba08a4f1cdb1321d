namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>A clock that a test moves; every wait on it ends when it is moved, as a wait that ends early would.</summary>
internal sealed class SteppedTime(DateTimeOffset now) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<StoppedTimer> _timers = [];
    private DateTimeOffset _now = now;

    internal bool Waiting
    {
        get
        {
            lock (_lock)
                return _timers.Count > 0;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StoppedTimer(callback, state);
        lock (_lock)
            _timers.Add(timer);
        return timer;
    }

    /// <summary>Ends the waits once somebody waits.</summary>
    internal async Task MoveToAsync(DateTimeOffset time)
    {
        await Eventually.TrueAsync(() => Waiting);
        StoppedTimer[] due;
        lock (_lock)
        {
            _now = time;
            due = [.. _timers];
            _timers.Clear();
        }

        foreach (var timer in due)
            timer.Fire();
    }

    private sealed class StoppedTimer(TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period) => !_disposed;

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Fire()
        {
            if (!_disposed)
                callback(state);
        }
    }
}
