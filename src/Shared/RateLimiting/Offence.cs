namespace AtpKeyserver.RateLimiting;

/// <summary>
/// The penalty of a key that exceeded its budget, in 64 bits: 40 for the end of the penalty (milliseconds, 34 years),
/// 19 of the key's hash, so that other keys in the bucket are not affected, and 5 for the count. The nth penalty lasts
/// 2^(n-1) seconds, at most 15 min. Each minute without an offence after a penalty decrements the count.
/// </summary>
internal readonly record struct Offence(long Bits)
{
    public const int MaxCount = 11;

    private const int CountBits = 5;
    private const int TagBits = 19;
    private const int TagMask = (1 << TagBits) - 1;
    private const long UntilMask = (1L << 40) - 1;
    private const long ForgivenessMs = 60_000;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    private int Count => (int)(Bits & ((1 << CountBits) - 1));

    private int Tag => (int)(Bits >> CountBits) & TagMask;

    private long UntilMs => (Bits >>> (CountBits + TagBits)) & UntilMask;

    /// <summary>The remaining penalty of <paramref name="hash"/>; zero or negative if there is none.</summary>
    public TimeSpan WaitOf(ulong hash, TimeSpan now) =>
        Count > 0 && Tag == TagOf(hash) ? TimeSpan.FromMilliseconds(UntilMs) - now : TimeSpan.Zero;

    /// <summary>The next offence of <paramref name="hash"/>. Replaces another key's record.</summary>
    public Offence Next(ulong hash, TimeSpan now, TimeSpan shortestWait)
    {
        var nowMs = (long)now.TotalMilliseconds;
        var count = Tag == TagOf(hash) ? Count : 0;
        count -= (int)Math.Min(count, Math.Max(0, nowMs - UntilMs) / ForgivenessMs);
        count = Math.Min(count + 1, MaxCount);
        var wait = TimeSpan.FromSeconds(1 << (count - 1));
        if (wait < shortestWait)
            wait = shortestWait;
        if (wait > LongestWait)
            wait = LongestWait;
        var untilMs = (nowMs + (long)Math.Ceiling(wait.TotalMilliseconds)) & UntilMask;
        return new Offence((untilMs << (CountBits + TagBits)) | ((long)TagOf(hash) << CountBits) | (uint)count);
    }

    private static int TagOf(ulong hash) => (int)(hash >> (64 - TagBits)) & TagMask;
}
