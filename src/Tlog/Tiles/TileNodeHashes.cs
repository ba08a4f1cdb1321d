namespace AtpKeyserver.Tlog;

/// <summary>
/// The nodes of a tree, computed from tiles in memory. <see cref="TilesOf"/> says which tiles a proof needs.
/// </summary>
/// <param name="size">The size of the tree.</param>
/// <param name="tiles">The tiles by their addresses in the tree of that size.</param>
public sealed class TileNodeHashes(long size, IReadOnlyDictionary<TileAddress, Tile> tiles) : INodeHashes
{
    /// <summary>The tiles that hold these nodes of the tree of this size, each once.</summary>
    public static IReadOnlyCollection<TileAddress> TilesOf(IEnumerable<NodeAddress> nodes, long size) =>
        nodes.Select(node => TileAddress.Holding(node, size)).ToHashSet();

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">The tile is missing.</exception>
    public Hash Get(NodeAddress node)
    {
        var address = TileAddress.Holding(node, size);
        var height = node.Level % TileGeometry.Height;
        var position = node.Index - (address.Index << (TileGeometry.Height - height));
        return tiles[address].Node(height, (int)position);
    }
}
