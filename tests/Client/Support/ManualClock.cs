namespace AtpKeyserver.Tests.Client.Support;

/// <summary>
/// A clock that stands still until it is advanced. A delay completes at once: the clock jumps to its end. Periodic
/// timers are due when the clock is advanced.
/// </summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Repeating> _repeating = [];
    private readonly List<(DateTimeOffset Due, Repeating Timer)> _held = [];
    private readonly List<TimeSpan> _waits = [];
    private DateTimeOffset _now = new(2025, 1, 23, 10, 30, 0, TimeSpan.Zero);

    /// <summary>How long somebody waited, each time.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_lock)
                return [.. _waits];
        }
    }

    /// <summary>Whether a delay completes only when the clock is advanced.</summary>
    public bool HoldsDelays { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void Advance(TimeSpan by)
    {
        Repeating[] due;
        lock (_lock)
        {
            _now += by;
            due = [.. _repeating, .. _held.Where(each => each.Due <= _now).Select(each => each.Timer)];
            _held.RemoveAll(each => each.Due <= _now);
        }

        foreach (var timer in due)
            timer.Call();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan)
        {
            var timer = new Repeating(() => callback(state), this);
            lock (_lock)
                _repeating.Add(timer);
            return timer;
        }

        lock (_lock)
        {
            _waits.Add(dueTime);
            if (HoldsDelays && dueTime != Timeout.InfiniteTimeSpan)
            {
                var held = new Repeating(() => callback(state), this);
                _held.Add((_now + dueTime, held));
                return held;
            }

            _now += dueTime;
        }

        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }

    private sealed class Repeating(Action call, ManualClock clock) : ITimer
    {
        public Action Call => call;

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._repeating.Remove(this);
                clock._held.RemoveAll(each => each.Timer == this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
