using AtpKeyserver.Errors;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// A rate limit per key in a fixed 2 MiB: 2^17 buckets, selected by a keyed hash, so that clients cannot target another
/// key's bucket. Keys in one bucket share its units but not its penalties (<see cref="Offence"/>). Each bucket is a
/// GCRA cell: it stores when it is full again and allows a call if that is at most one window ahead. So a full budget
/// may be used at once and then refills evenly.
/// </summary>
/// <param name="limit">Units per key and window.</param>
/// <param name="time">The clock.</param>
/// <param name="window">Null for <see cref="Window"/>.</param>
internal sealed class Budget(int limit, TimeProvider time, TimeSpan? window = null)
{
    public const int Buckets = 1 << 17;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _window = window ?? Window;
    private readonly long _interval = (window ?? Window).Ticks / limit;
    private readonly long _start = time.GetTimestamp();

    /// <summary>Ticks since <c>_start</c> at which the bucket is full again.</summary>
    private readonly long[] _fullAt = new long[Buckets];

    private readonly long[] _offences = new long[Buckets];

    /// <summary>Units per key and window.</summary>
    public int Limit => limit;

    /// <summary>Takes all units, or none.</summary>
    /// <exception cref="RateLimitExceededException">Fewer units are left, or the key has a penalty.</exception>
    public void Take(ulong hash, int units = 1)
    {
        var now = time.GetElapsedTime(_start);
        ThrowIfWaiting(hash, now);
        if (!TryTake(hash, now, times: 1, units, out var untilNext))
            throw new RateLimitExceededException(limit, Offend(hash, now, untilNext), _window);
    }

    /// <summary>
    /// Takes all units, or none, of a key that many clients share. No penalties: one client must not lock out the
    /// others.
    /// </summary>
    /// <param name="hash">The shared key.</param>
    /// <param name="times">Multiplier of the limit.</param>
    /// <param name="units">How many.</param>
    /// <exception cref="RateLimitExceededException">Fewer units are left.</exception>
    public void TakeShared(ulong hash, int times = 1, int units = 1)
    {
        if (!TryTake(hash, time.GetElapsedTime(_start), times, units, out var untilNext))
            throw new RateLimitExceededException(limit * times, untilNext, _window);
    }

    /// <summary>Returns units. A full budget stays full.</summary>
    /// <param name="hash">The key.</param>
    /// <param name="units">How many.</param>
    /// <param name="times">Multiplier of the limit with which they were taken.</param>
    public void GiveBack(ulong hash, int units = 1, int times = 1)
    {
        var returned = _interval / times * units;
        ref var cell = ref _fullAt[hash % Buckets];
        var seen = Volatile.Read(ref cell);
        long before;
        while ((before = Interlocked.CompareExchange(ref cell, seen - returned, seen)) != seen)
            seen = before;
    }

    /// <summary>Checks for a penalty without taking a unit.</summary>
    /// <exception cref="RateLimitExceededException">The key has a penalty.</exception>
    public void Check(ulong hash) => ThrowIfWaiting(hash, time.GetElapsedTime(_start));

    private void ThrowIfWaiting(ulong hash, TimeSpan now)
    {
        var wait = new Offence(Volatile.Read(ref OffenceOf(hash))).WaitOf(hash, now);
        if (wait > TimeSpan.Zero)
            throw new RateLimitExceededException(limit, wait, _window);
    }

    private bool TryTake(ulong hash, TimeSpan now, int times, int units, out TimeSpan untilNext)
    {
        var interval = _interval / times;
        var whole = interval * limit * times;
        ref var cell = ref _fullAt[hash % Buckets];
        while (true)
        {
            var seen = Volatile.Read(ref cell);
            var next = Math.Max(seen, now.Ticks) + (interval * units);
            var left = now.Ticks + whole - next;
            untilNext = TimeSpan.FromTicks(Math.Max(0, -left));
            if (left < 0)
                return false;
            if (Interlocked.CompareExchange(ref cell, next, seen) == seen)
                return true;
        }
    }

    /// <summary>Calls during a penalty do not add offences, so a burst counts once.</summary>
    private TimeSpan Offend(ulong hash, TimeSpan now, TimeSpan untilNext)
    {
        ref var cell = ref OffenceOf(hash);
        while (true)
        {
            var seen = new Offence(Volatile.Read(ref cell));
            var wait = seen.WaitOf(hash, now);
            if (wait > TimeSpan.Zero)
                return wait;
            var next = seen.Next(hash, now, untilNext);
            if (Interlocked.CompareExchange(ref cell, next.Bits, seen.Bits) == seen.Bits)
                return next.WaitOf(hash, now);
        }
    }

    private ref long OffenceOf(ulong hash) => ref _offences[hash % Buckets];
}
