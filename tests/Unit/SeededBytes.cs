using System.Globalization;
using System.Numerics;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.Unit;

/// <summary>
/// Reproducible pseudo-random numbers: SplitMix64. The test prints the seed; <c>TEST_SEED</c>overrides it.
/// </summary>
internal sealed class SeededBytes
{
    private ulong _state;

    public SeededBytes(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable("TEST_SEED");
        _state = seed is null ? 20_260_101 : ulong.Parse(seed, CultureInfo.InvariantCulture);
        output.WriteLine($"TEST_SEED={_state}");
    }

    /// <summary>0 to <paramref name="limit"/> - 1.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        foreach (ref var b in bytes.AsSpan())
            b = (byte)Next();
        return bytes;
    }

    private ulong Next()
    {
        var z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return BitOperations.RotateRight(z ^ (z >> 31), 8);
    }
}
