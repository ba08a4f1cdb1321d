using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Observability;

/// <summary>
/// Detects callers that request too many keys within a clock hour, in a fixed 256 KiB. Each slot counts one caller; a
/// colliding caller decrements the count and takes over the slot when it is 0. So counts are never too high, and
/// callers far above the limit are still found.
/// </summary>
internal sealed class HeavyCallers(TimeProvider clock)
{
    /// <summary>Key requests per hour and instance.</summary>
    public const int Limit = 10_000;

    private const int Slots = 1 << 15;

    private readonly IdentifierHash _hash = new();
    private Hour? _hour;

    /// <summary>True once per caller and hour: for the first call above <see cref="Limit"/>.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="keys">How many keys it requests.</param>
    public bool ExceedsLimit(Did caller, uint keys = 1)
    {
        var number = clock.GetUtcNow().ToUnixTimeSeconds() / 3600;
        var hour = Volatile.Read(ref _hour);
        // A race at the start of an hour may lose a few counts.
        if (hour?.Number != number)
            Volatile.Write(ref _hour, hour = new Hour(number, new ulong[Slots]));
        var hash = _hash.Of(caller);
        var tag = hash & 0xFFFF_FFFF_0000_0000;
        ref var slot = ref hour.Counts[hash % Slots];
        while (true)
        {
            var before = Volatile.Read(ref slot);
            var count = (uint)before;
            var isOurs = before - count == tag;
            var after = isOurs ? before + keys : count == 0 ? tag + keys : before - Math.Min(count, keys);
            if (Interlocked.CompareExchange(ref slot, after, before) == before)
                return isOurs && count <= Limit && count + keys > Limit;
        }
    }

    private sealed record Hour(long Number, ulong[] Counts);
}
