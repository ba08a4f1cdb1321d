using System.Numerics;

namespace AtpKeyserver.Tests.Support;

/// <summary>Reproducible pseudo-random numbers from a seed: SplitMix64.</summary>
public sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>0 to <paramref name="limit"/> - 1.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    public ulong Next()
    {
        var z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return BitOperations.RotateRight(z ^ (z >> 31), 8);
    }
}
