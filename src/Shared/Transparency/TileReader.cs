using AtpKeyserver.Concurrency;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Transparency;

/// <summary>Reads tiles and bundles of the committed log, and the proofs that are made of them.</summary>
public sealed class TileReader(LogTable table)
{
    /// <summary>A tile of hashes of a tree that has it.</summary>
    public async Task<Tile> ReadTileAsync(TileAddress address, CancellationToken cancellation)
    {
        var first = address.Index * TileAddress.FullWidth;
        if (address.Level > 0)
            return Tile.Of(await table.ReadNodesAsync(address.Level, first, address.Width, cancellation));
        var entries = await table.ReadEntriesAsync(first, address.Width, cancellation);
        return Tile.Of([.. entries.Select(entry => TreeHash.Leaf(entry))]);
    }

    /// <summary>A bundle of entries of a tree that has it.</summary>
    public async Task<byte[]> ReadBundleAsync(TileAddress address, CancellationToken cancellation)
    {
        var first = address.Index * TileAddress.FullWidth;
        var entries = await table.ReadEntriesAsync(first, address.Width, cancellation);
        return EntryBundle.Encode([.. entries.Select(entry => new ReadOnlyMemory<byte>(entry))]);
    }

    /// <summary>Shows that the tree of this size contains the entry at this index.</summary>
    public async Task<Hash[]> ProveInclusionAsync(long index, long size, CancellationToken cancellation) =>
        InclusionProof.Create(
            index, size, await LoadAsync(InclusionProof.Nodes(index, size), size, cancellation));

    /// <summary>Shows that the new tree begins with the old one.</summary>
    public async Task<Hash[]> ProveConsistencyAsync(long oldSize, long newSize, CancellationToken cancellation) =>
        ConsistencyProof.Create(
            oldSize, newSize, await LoadAsync(ConsistencyProof.Nodes(oldSize, newSize), newSize, cancellation));

    private async Task<INodeHashes> LoadAsync(
        IEnumerable<NodeAddress> nodes, long size, CancellationToken cancellation)
    {
        TileAddress[] addresses = [.. TileNodeHashes.TilesOf(nodes, size)];
        var tiles = await Bounded.SelectAsync(addresses, ReadTileAsync, cancellation);
        return new TileNodeHashes(size, addresses.Zip(tiles).ToDictionary(pair => pair.First, pair => pair.Second));
    }
}
