namespace AtpKeyserver.Tests.Fuzz.Coverage;

/// <summary>
/// Where the product's code has been: each of its basic blocks calls <see cref="Hit"/> first. Counted are steps from one block to the
/// next, as AFL
/// does, so that another way through the same blocks is something new. For one thread.
/// </summary>
public static class Trace
{
    public const int Size = 1 << 16;

    private static int _previous;

    /// <summary>How often each step was made, modulo 256; steps may share a place.</summary>
    public static byte[] Steps { get; } = new byte[Size];

    /// <summary>Which blocks were ever entered, by their number.</summary>
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
