using Microsoft.Extensions.Time.Testing;

namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>A clock that moves only when it is advanced, and reports who waits for it.</summary>
internal sealed class ManualClock() : FakeTimeProvider(Beginning)
{
    /// <summary>Half a minute after noon.</summary>
    public static readonly DateTimeOffset Beginning = new(2025, 6, 15, 12, 0, 30, TimeSpan.Zero);

    // Otherwise an advance that races with the creation of a timer on another thread would miss it.
    private readonly Lock _lock = new();
    private readonly Observed<DateTimeOffset> _waits = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _waits.Add(GetUtcNow() + dueTime);
            return timer;
        }
    }

    public void AdvanceBy(TimeSpan time)
    {
        lock (_lock)
            Advance(time);
    }

    /// <summary>
    /// Advances to a time once this many timers wait for it, or a millisecond further, because waits are rounded up.
    /// </summary>
    public async Task AdvanceToAsync(DateTimeOffset time, int waiting = 1) =>
        AdvanceBy(await WaitForAsync(time, waiting) - GetUtcNow());

    /// <summary>Waits until this many timers have been created.</summary>
    public Task WaitForTimersAsync(int count) => _waits.FirstAsync(count, _ => true);

    /// <summary>Waits until this many timers wait for a time.</summary>
    public async Task<DateTimeOffset> WaitForAsync(DateTimeOffset time, int waiting = 1) =>
        (await _waits.FirstAsync(waiting, due => due >= time && due <= time + TimeSpan.FromMilliseconds(1))).Max();
}
