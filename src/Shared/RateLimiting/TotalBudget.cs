namespace AtpKeyserver.RateLimiting;

/// <summary>
/// A rate limit for all callers together, as one GCRA cell: a full budget may be used at once and refills evenly. There
/// are no penalties.
/// </summary>
internal sealed class TotalBudget(int limit, TimeProvider time)
{
    private readonly long _interval = Budget.Window.Ticks / limit;
    private readonly long _start = time.GetTimestamp();

    /// <summary>Ticks since the start at which the budget is full again.</summary>
    private long _fullAt;

    /// <param name="reserved">Units that must remain for others.</param>
    public bool TryTake(int reserved = 0)
    {
        var now = time.GetElapsedTime(_start).Ticks;
        while (true)
        {
            var seen = Volatile.Read(ref _fullAt);
            var next = Math.Max(seen, now) + _interval;
            if (next - now > _interval * (limit - reserved))
                return false;
            if (Interlocked.CompareExchange(ref _fullAt, next, seen) == seen)
                return true;
        }
    }
}
