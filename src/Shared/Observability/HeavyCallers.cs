using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Observability;

/// <summary>
/// Finds callers that ask for very many keys in an hour of the clock, in 256 KiB however many callers there are. Each place belongs to one
/// caller; another one that falls on it takes one off its count, and the place itself when that is zero. So a count is never above the truth,
/// and who asks far more often than others is found.
/// </summary>
internal sealed class HeavyCallers(TimeProvider clock)
{
    /// <summary>Within an hour, on one instance.</summary>
    public const int Limit = 10_000;

    private const int Places = 1 << 15;

    private readonly IdentifierHash _hash = new();
    private Hour? _hour;

    /// <summary>True once an hour for a caller: with the question that is one more than <see cref="Limit"/>.</summary>
    public bool PassesLimit(Did caller)
    {
        var number = clock.GetUtcNow().ToUnixTimeSeconds() / 3600;
        var hour = Volatile.Read(ref _hour);
        // Two that begin an hour at once may lose a few of its first questions.
        if (hour?.Number != number)
            Volatile.Write(ref _hour, hour = new Hour(number, new ulong[Places]));
        var hash = _hash.Of(caller);
        var tag = hash & 0xFFFF_FFFF_0000_0000;
        ref var place = ref hour.Counts[hash % Places];
        while (true)
        {
            var before = Volatile.Read(ref place);
            var count = (uint)before;
            var isOurs = before - count == tag;
            var after = isOurs ? before + 1 : count == 0 ? tag + 1 : before - 1;
            if (Interlocked.CompareExchange(ref place, after, before) == before)
                return isOurs && count == Limit;
        }
    }

    private sealed record Hour(long Number, ulong[] Counts);
}
