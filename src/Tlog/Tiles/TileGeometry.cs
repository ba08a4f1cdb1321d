namespace AtpKeyserver.Tlog;

/// <summary>Which tiles a tree has. <see href="https://c2sp.org/tlog-tiles"/></summary>
public static class TileGeometry
{
    /// <summary>The number of tree levels in a tile: a full tile has 2^8 hashes.</summary>
    internal const int Height = 8;

    /// <summary>The highest level of tiles in a tree of less than 2^63 leaves.</summary>
    internal const int TopLevel = 7;

    /// <summary>How wide a tile is in the tree of this size: 0 (there is none) to 256.</summary>
    /// <param name="level">The level; for a bundle of entries 0.</param>
    /// <param name="index">The position within the level.</param>
    /// <param name="size">The number of entries in the tree.</param>
    public static int WidthAt(int level, long index, long size)
    {
        if (level is < 0 or > TopLevel || index is < 0 or > TileAddress.MaxIndex || size < 0)
            return 0;
        var hashes = size >> (Height * level);
        return (int)Math.Clamp(hashes - index * TileAddress.FullWidth, 0, TileAddress.FullWidth);
    }

    /// <summary>
    /// The tiles of hashes that a tree of the new size has, except full ones that the old tree has already; by level,
    /// then by index. The old size 0 gives all.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the old one is larger.</exception>
    public static IEnumerable<TileAddress> Tiles(long oldSize, long newSize)
    {
        Require(oldSize, newSize);
        return Enumerable.Range(0, TopLevel + 1).SelectMany(level =>
            Indexes(oldSize >> (Height * level), newSize >> (Height * level)).Select(index =>
                TileAddress.OfHashes(level, index, WidthAt(level, index, newSize))));
    }

    /// <summary>
    /// The bundles of entries that a tree of the new size has, except full ones that the old tree has already.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the old one is larger.</exception>
    public static IEnumerable<TileAddress> Bundles(long oldSize, long newSize)
    {
        Require(oldSize, newSize);
        return Indexes(oldSize, newSize)
            .Select(index => TileAddress.OfEntries(index, WidthAt(0, index, newSize)));
    }

    private static void Require(long oldSize, long newSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
    }

    /// <summary>The tiles that hold hashes number <paramref name="from"/> up to <paramref name="to"/>.</summary>
    private static IEnumerable<long> Indexes(long from, long to)
    {
        if (from == to)
            yield break;
        for (var index = from >> Height; index <= (to - 1) >> Height; index++)
            yield return index;
    }
}
