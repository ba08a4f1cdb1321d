namespace AtpKeyserver.Limits;

/// <summary>
/// So many calls a minute for each key, in 2 MiB however many keys there are: 2^17 buckets, found by a keyed hash, so that nobody can aim
/// at another's. Keys that share a bucket share its units, but not its waits (<see cref="Offence"/>). Each bucket is a GCRA cell: it
/// keeps the time at which it would be full again, and lets a call through if that is at most a window ahead. A full budget may thus be
/// spent at once; then it refills evenly.
/// </summary>
internal sealed class Budget(int limit, TimeProvider time)
{
    public const int Buckets = 1 << 17;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly long _interval = Window.Ticks / limit;
    private readonly long _start = time.GetTimestamp();

    /// <summary>Ticks since <see cref="start"/> at which the bucket is full again.</summary>
    private readonly long[] _fullAt = new long[Buckets];

    private readonly long[] _offences = new long[Buckets];

    /// <summary>Takes one unit.</summary>
    /// <exception cref="RateLimitExceededException">None is left, or the key has to wait because none was.</exception>
    public void Take(ulong hash)
    {
        var now = time.GetElapsedTime(_start);
        ThrowIfWaiting(hash, now);
        if (!TryTake(hash, now, out _, out var untilNext))
            throw new RateLimitExceededException(limit, Offend(hash, now, untilNext));
    }

    /// <summary>Takes one unit afterwards, for what cannot be refused any more; who takes the last one has to wait from then on.</summary>
    public void Count(ulong hash)
    {
        var now = time.GetElapsedTime(_start);
        if (!TryTake(hash, now, out var remaining, out var untilNext) || remaining == 0)
            Offend(hash, now, untilNext);
    }

    /// <summary>Takes nothing.</summary>
    /// <exception cref="RateLimitExceededException">The key has to wait.</exception>
    public void Check(ulong hash) => ThrowIfWaiting(hash, time.GetElapsedTime(_start));

    private void ThrowIfWaiting(ulong hash, TimeSpan now)
    {
        var wait = new Offence(Volatile.Read(ref OffenceOf(hash))).WaitOf(hash, now);
        if (wait > TimeSpan.Zero)
            throw new RateLimitExceededException(limit, wait);
    }

    private bool TryTake(ulong hash, TimeSpan now, out long remaining, out TimeSpan untilNext)
    {
        var window = _interval * limit;
        ref var cell = ref _fullAt[hash % Buckets];
        while (true)
        {
            var seen = Volatile.Read(ref cell);
            var next = Math.Max(seen, now.Ticks) + _interval;
            var left = now.Ticks + window - next;
            remaining = Math.Max(0, left) / _interval;
            untilNext = TimeSpan.FromTicks(left < 0 ? -left : Math.Max(0, _interval - left));
            if (left < 0)
                return false;
            if (Interlocked.CompareExchange(ref cell, next, seen) == seen)
                return true;
        }
    }

    /// <summary>
    /// One offence for all calls that find the budget empty before its wait has ended: a burst is not punished once per call.
    /// </summary>
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
