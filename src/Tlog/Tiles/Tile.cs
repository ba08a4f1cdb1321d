namespace AtpKeyserver.Tlog;

/// <summary>The content of a tile: 1 to 256 hashes of 32 bytes, one after the other.</summary>
public sealed class Tile
{
    private readonly ReadOnlyMemory<byte> _content;

    private Tile(ReadOnlyMemory<byte> content) => _content = content;

    /// <summary>The number of hashes.</summary>
    public int Width => _content.Length / Hash.Size;

    /// <summary>The content, 32 bytes for each hash.</summary>
    public ReadOnlyMemory<byte> Content => _content;

    /// <summary>The hash at a position, from 0.</summary>
    public Hash this[int position] => new(_content.Span.Slice(position * Hash.Size, Hash.Size));

    /// <summary>Makes a tile from its hashes.</summary>
    /// <exception cref="ArgumentException">There are none, or more than 256.</exception>
    public static Tile Of(ReadOnlySpan<Hash> hashes)
    {
        if (hashes.Length is 0 or > TileAddress.FullWidth)
            throw new ArgumentException("A tile has 1 to 256 hashes.", nameof(hashes));
        var content = new byte[hashes.Length * Hash.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i].Span.CopyTo(content.AsSpan(i * Hash.Size));
        return new Tile(content);
    }

    /// <summary>
    /// Reads a content, without copying. False unless it has exactly this width; its hashes are not verified.
    /// </summary>
    /// <param name="content">The bytes.</param>
    /// <param name="width">The width of its address.</param>
    /// <param name="tile">The tile.</param>
    public static bool TryParse(ReadOnlyMemory<byte> content, int width, out Tile tile)
    {
        tile = new Tile(content);
        return width is > 0 and <= TileAddress.FullWidth && content.Length == width * Hash.Size;
    }

    /// <summary>The hash of a node above hashes of the tile.</summary>
    /// <param name="height">Levels above the tile's hashes: 0 is the hash itself, 8 the root of a full tile.</param>
    /// <param name="position">The position within that level, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tile has not all hashes of that node.</exception>
    public Hash Node(int height, int position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, TileGeometry.Height);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Width >> height);
        if (height == 0)
            return this[position];
        return TreeHash.Node(Node(height - 1, 2 * position), Node(height - 1, 2 * position + 1));
    }
}
