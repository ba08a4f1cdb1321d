using System.Globalization;
using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// Names a tile of hashes, <c>tile/{L}/{N}[.p/{W}]</c>, or a bundle of entries, <c>tile/entries/{N}[.p/{W}]</c>.
/// <see href="https://c2sp.org/tlog-tiles"/>
/// </summary>
public readonly record struct TileAddress
{
    /// <summary>The number of hashes or entries of a full tile.</summary>
    public const int FullWidth = 256;

    /// <summary>The highest level of a path. Trees of less than 2^63 leaves have tiles at levels 0 to 7.</summary>
    public const int MaxLevel = 63;

    /// <summary>The highest index: level 0 has no higher one in a tree of less than 2^63 leaves.</summary>
    public const long MaxIndex = (1L << 55) - 1;

    private TileAddress(bool isEntries, int level, long index, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaxLevel);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, MaxIndex);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, FullWidth);
        (IsEntries, Level, Index, Width) = (isEntries, level, index, width);
    }

    /// <summary>Whether it is a bundle of entries.</summary>
    public bool IsEntries { get; }

    /// <summary>The level, counted in tiles: a hash of level L spans 256^L entries. 0 for a bundle.</summary>
    public int Level { get; }

    /// <summary>The position within the level, from 0.</summary>
    public long Index { get; }

    /// <summary>The number of hashes or entries, from 1 to 256.</summary>
    public int Width { get; }

    /// <summary>Whether it is full, so that its path has no width.</summary>
    public bool IsFull => Width == FullWidth;

    /// <summary>A tile of hashes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static TileAddress OfHashes(int level, long index, int width = FullWidth) =>
        new(false, level, index, width);

    /// <summary>A bundle of entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static TileAddress OfEntries(long index, int width = FullWidth) => new(true, 0, index, width);

    /// <summary>
    /// The tile of a tree of this size from which the hash of a node over a complete subtree can be computed.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such node.</exception>
    public static TileAddress Holding(NodeAddress node, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node.Index, nameof(node));
        ArgumentOutOfRangeException.ThrowIfNegative(node.Level, nameof(node));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(node.Level, 62, nameof(node));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node.Index, size >> node.Level, nameof(node));
        var level = node.Level / TileGeometry.Height;
        var index = node.Index >> (TileGeometry.Height - node.Level % TileGeometry.Height);
        return OfHashes(level, index, TileGeometry.WidthAt(level, index, size));
    }

    /// <summary>Reads a path without a leading slash, in its only form. The work is bounded by 40 characters.</summary>
    public static bool TryParse(ReadOnlySpan<byte> path, out TileAddress address) =>
        TilePath.TryParse(path, out address);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out TileAddress)"/>
    public static bool TryParse(string? path, out TileAddress address)
    {
        address = default;
        // More than a byte for a character is not ASCII, and then it is not valid.
        Span<byte> ascii = stackalloc byte[TilePath.MaxLength];
        return path is { Length: <= TilePath.MaxLength }
            && Encoding.UTF8.TryGetBytes(path, ascii, out var length) && TryParse(ascii[..length], out address);
    }

    /// <summary>Whether the tree of this size has these hashes or entries, also as a part of a wider tile.</summary>
    public bool IsIn(long size) => Width <= TileGeometry.WidthAt(Level, Index, size);

    /// <summary>The path, without a leading slash.</summary>
    public override string ToString()
    {
        var path = new StringBuilder(TilePath.MaxLength).Append("tile/");
        _ = IsEntries ? path.Append("entries/") : path.Append(CultureInfo.InvariantCulture, $"{Level}/");
        TilePath.AppendIndex(path, Index);
        if (!IsFull)
            path.Append(CultureInfo.InvariantCulture, $".p/{Width}");
        return path.ToString();
    }
}
