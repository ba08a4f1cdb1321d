using AtpKeyserver.Errors;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// So many calls a minute for each key, in 2 MiB however many keys there are: 2^17 buckets, found by a keyed hash, so that nobody can aim
/// at another's. Keys that share a bucket share its units, but not its waits (<see cref="Offence"/>). Each bucket is a GCRA cell: it
/// keeps the time at which it would be full again, and lets a call through if that is at most a window ahead. A full budget may thus be
/// spent at once; then it refills evenly.
/// </summary>
/// <param name="limit">Units of one key in a window.</param>
/// <param name="time">The clock.</param>
/// <param name="window">Null: <see cref="Window"/>.</param>
internal sealed class Budget(int limit, TimeProvider time, TimeSpan? window = null)
{
    public const int Buckets = 1 << 17;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _window = window ?? Window;
    private readonly long _interval = (window ?? Window).Ticks / limit;
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
        if (!TryTake(hash, now, times: 1, out var untilNext))
            throw new RateLimitExceededException(limit, Offend(hash, now, untilNext), _window);
    }

    /// <summary>
    /// Takes one unit of a key that many people share. Nobody waits longer than until the next unit: what one of them does
    /// must not lock the others out.
    /// </summary>
    /// <param name="hash">The shared key.</param>
    /// <param name="times">How many times <c>limit</c> the shared key has.</param>
    /// <exception cref="RateLimitExceededException">None is left.</exception>
    public void TakeShared(ulong hash, int times = 1)
    {
        if (!TryTake(hash, time.GetElapsedTime(_start), times, out var untilNext))
            throw new RateLimitExceededException(limit * times, untilNext, _window);
    }

    /// <summary>Gives one unit back that <see cref="TakeShared"/> took. A full budget stays full.</summary>
    public void GiveBack(ulong hash)
    {
        ref var cell = ref _fullAt[hash % Buckets];
        var seen = Volatile.Read(ref cell);
        long before;
        while ((before = Interlocked.CompareExchange(ref cell, seen - _interval, seen)) != seen)
            seen = before;
    }

    /// <summary>Takes nothing.</summary>
    /// <exception cref="RateLimitExceededException">The key has to wait.</exception>
    public void Check(ulong hash) => ThrowIfWaiting(hash, time.GetElapsedTime(_start));

    private void ThrowIfWaiting(ulong hash, TimeSpan now)
    {
        var wait = new Offence(Volatile.Read(ref OffenceOf(hash))).WaitOf(hash, now);
        if (wait > TimeSpan.Zero)
            throw new RateLimitExceededException(limit, wait, _window);
    }

    private bool TryTake(ulong hash, TimeSpan now, int times, out TimeSpan untilNext)
    {
        var interval = _interval / times;
        var whole = interval * limit * times;
        ref var cell = ref _fullAt[hash % Buckets];
        while (true)
        {
            var seen = Volatile.Read(ref cell);
            var next = Math.Max(seen, now.Ticks) + interval;
            var left = now.Ticks + whole - next;
            untilNext = TimeSpan.FromTicks(Math.Max(0, -left));
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
