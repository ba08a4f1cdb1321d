namespace AtpKeyserver.Tests.Fuzz.Coverage;

/// <summary>
/// Coverage of the product's code: each basic block first calls <see cref="Hit"/>. It counts steps between blocks, as
/// AFL does, so that another path through the same blocks is new. Not thread-safe.
/// </summary>
public static class Trace
{
    public const int Size = 1 << 16;

    private static int _previous;

    /// <summary>How often each step was made, modulo 256; steps may share a counter.</summary>
    public static byte[] Steps { get; } = new byte[Size];

    /// <summary>The blocks that were ever entered, by number.</summary>
    public static bool[] Blocks { get; } = new bool[Size];

    public static void Hit(int block)
    {
        var place = block * 0x9E37 & (Size - 1);
        Steps[place ^ _previous]++;
        _previous = place >> 1;
        Blocks[block] = true;
    }

    public static void Begin()
    {
        Array.Clear(Steps);
        _previous = 0;
    }
}
