using System.Text;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>Paths and contents of tiles and bundles (c2sp.org/tlog-tiles).</summary>
public sealed class TileTests
{
    [Theory]
    [InlineData("tile/0/000", false, 0, 0, 256)]
    [InlineData("tile/0/001.p/1", false, 0, 1, 1)]
    [InlineData("tile/63/999.p/255", false, 63, 999, 255)]
    [InlineData("tile/1/x001/000", false, 1, 1000, 256)]
    [InlineData("tile/0/x001/x234/067", false, 0, 1234067, 256)]
    [InlineData("tile/entries/x001/x234/067.p/8", true, 0, 1234067, 8)]
    [InlineData("tile/entries/x036/x028/x797/x018/x963/967.p/255", true, 0, TileAddress.MaxIndex, 255)]
    public void A_path_is_read_and_written(string path, bool isEntries, int level, long index, int width)
    {
        Assert.True(TileAddress.TryParse(path, out var address));
        Assert.Equal((isEntries, level, index, width),
            (address.IsEntries, address.Level, address.Index, address.Width));
        Assert.Equal(
            isEntries ? TileAddress.OfEntries(index, width) : TileAddress.OfHashes(level, index, width), address);
        Assert.Equal(path, address.ToString());
        Assert.True(TileAddress.TryParse(Encoding.ASCII.GetBytes(path), out var same));
        Assert.Equal(address, same);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tile/")]
    [InlineData("/tile/0/000")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/00")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/000/")]
    [InlineData("tile/0//000")]
    [InlineData("tile/00/000")]
    [InlineData("tile/01/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/+1/000")]
    [InlineData("tile/1 /000")]
    [InlineData("tile/99999999999999999999/000")]
    [InlineData("tile/x/000")]
    [InlineData("tile/entries/")]
    [InlineData("tile/Entries/000")]
    [InlineData("tile/data/000")]
    [InlineData("Tile/0/000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/x000/x001/000")]
    [InlineData("tile/0/x1/000")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/0/x001/")]
    [InlineData("tile/0/001/000")]
    [InlineData("tile/0/X001/000")]
    [InlineData("tile/0/x001/x000")]
    [InlineData("tile/0/x036/x028/x797/x018/x963/968")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/0/x001/x000/x000/x000/x000/x000/000")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/00")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/257")]
    [InlineData("tile/0/000.p/-1")]
    [InlineData("tile/0/000.p/1/")]
    [InlineData("tile/0/000.p/1.p/1")]
    [InlineData("tile/0/000.p/99999999999999999999")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/000.P/1")]
    [InlineData("tile/0/٠٠٠")]
    [InlineData("tile/0/000\n")]
    [InlineData("tile/0/000\0")]
    public void Another_form_is_refused(string? path) => Assert.False(TileAddress.TryParse(path, out _));

    [Fact]
    public void A_long_path_is_refused()
    {
        Assert.False(TileAddress.TryParse("tile/0/" + new string('0', 100_000), out _));
        Assert.False(TileAddress.TryParse("tile/0/" + string.Concat(Enumerable.Repeat("x001/", 1000)), out _));
    }

    [Fact]
    public void A_tree_of_70000_has_the_tiles_of_the_specification()
    {
        var tiles = TileGeometry.Tiles(0, 70_000).ToList();
        Assert.Equal(
            [(0, 273, 1, 112), (1, 1, 1, 17), (2, 0, 1, 1)],
            tiles.GroupBy(tile => tile.Level).Select(level => (
                level.Key, level.Count(tile => tile.IsFull), level.Count(tile => !tile.IsFull),
                level.Single(tile => !tile.IsFull).Width)));
        Assert.Equal(274, TileGeometry.Bundles(0, 70_000).Count());
        Assert.Equal(
            ["tile/0/000", "tile/1/000.p/1"], TileGeometry.Tiles(0, 256).Select(tile => tile.ToString()));
        Assert.Empty(TileGeometry.Tiles(0, 0));
        Assert.Empty(TileGeometry.Tiles(500, 500));
    }

    [Theory]
    [InlineData(0, 255)]
    [InlineData(255, 256)]
    [InlineData(256, 257)]
    [InlineData(1, 65_536)]
    [InlineData(65_535, 65_537)]
    [InlineData(300, 70_000)]
    public void Growth_names_the_tiles_that_change(int from, int to)
    {
        var before = TileGeometry.Tiles(0, from).ToHashSet();
        Assert.Equal(
            TileGeometry.Tiles(0, to).Where(tile => !before.Contains(tile)), TileGeometry.Tiles(from, to));
        var bundles = TileGeometry.Bundles(0, from).ToHashSet();
        Assert.Equal(
            TileGeometry.Bundles(0, to).Where(tile => !bundles.Contains(tile)), TileGeometry.Bundles(from, to));
    }

    [Theory]
    [InlineData("tile/0/000.p/1", 1, true)]
    [InlineData("tile/0/000.p/1", 0, false)]
    [InlineData("tile/0/000.p/3", 70_000, true)]
    [InlineData("tile/0/273.p/112", 70_000, true)]
    [InlineData("tile/0/273.p/113", 70_000, false)]
    [InlineData("tile/0/273", 70_000, false)]
    [InlineData("tile/0/274.p/1", 70_000, false)]
    [InlineData("tile/entries/273.p/112", 70_000, true)]
    [InlineData("tile/1/001.p/17", 70_000, true)]
    [InlineData("tile/1/001.p/18", 70_000, false)]
    [InlineData("tile/3/000.p/1", 70_000, false)]
    [InlineData("tile/7/000.p/127", long.MaxValue, true)]
    [InlineData("tile/7/000.p/128", long.MaxValue, false)]
    [InlineData("tile/8/000.p/1", long.MaxValue, false)]
    [InlineData("tile/63/000.p/1", long.MaxValue, false)]
    [InlineData("tile/0/x036/x028/x797/x018/x963/967.p/255", long.MaxValue, true)]
    [InlineData("tile/0/x036/x028/x797/x018/x963/967", long.MaxValue, false)]
    [InlineData("tile/0/000.p/1", -1L, false)]
    public void A_tile_beyond_the_tree_is_known(string path, long size, bool isIn)
    {
        Assert.True(TileAddress.TryParse(path, out var address));
        Assert.Equal(isIn, address.IsIn(size));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(700)]
    [InlineData(66_000)]
    public void Proofs_can_be_made_from_tiles(int size)
    {
        var tree = ReferenceTree.OfNumbers(size);
        var tiles = TileGeometry.Tiles(0, size).ToDictionary(tile => tile, tile => Tile.Of(
            [.. Enumerable.Range(0, tile.Width).Select(i =>
                tree.Get(new NodeAddress(8 * tile.Level, tile.Index * 256 + i)))]));
        foreach (var index in new[] { 0, size / 3, size / 2, size - 1 })
        {
            var needed = TileNodeHashes.TilesOf(InclusionProof.Nodes(index, size), size)
                .ToDictionary(tile => tile, tile => tiles[tile]);
            Assert.Equal(
                InclusionProof.Create(index, size, tree),
                InclusionProof.Create(index, size, new TileNodeHashes(size, needed)));
            needed = TileNodeHashes.TilesOf(ConsistencyProof.Nodes(index, size), size)
                .ToDictionary(tile => tile, tile => tiles[tile]);
            Assert.Equal(
                ConsistencyProof.Create(index, size, tree),
                ConsistencyProof.Create(index, size, new TileNodeHashes(size, needed)));
        }
    }

    [Fact]
    public void The_tile_of_any_node_of_the_largest_tree_is_named()
    {
        var address = TileAddress.Holding(new NodeAddress(62, 0), long.MaxValue);
        Assert.Equal("tile/7/000.p/127", address.ToString());
        Assert.Equal(
            TileAddress.OfHashes(0, TileAddress.MaxIndex, 255),
            TileAddress.Holding(new NodeAddress(0, long.MaxValue - 1), long.MaxValue));
        foreach (var node in new[] { new NodeAddress(0, 5), new(1, 2), new(-1, 0), new(0, -1), new(63, 0) })
            Assert.Throws<ArgumentOutOfRangeException>(() => TileAddress.Holding(node, 5));
    }

    [Fact]
    public void A_tile_has_exactly_its_hashes()
    {
        var hashes = Enumerable.Range(0, 256).Select(ReferenceTree.Number).ToArray();
        var tile = Tile.Of(hashes);
        Assert.Equal(8192, tile.Content.Length);
        Assert.Equal(ReferenceTree.OfNumbers(256).Hash(0, 256), tile.Node(8, 0));
        Assert.True(Tile.TryParse(tile.Content, 256, out var same));
        Assert.Equal(hashes[77], same[77]);
        Assert.False(Tile.TryParse(tile.Content, 255, out _));
        Assert.False(Tile.TryParse(tile.Content[..^1], 256, out _));
        Assert.False(Tile.TryParse(default, 0, out _));
        Assert.False(Tile.TryParse(new byte[32 * 257], 257, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tile.Of(hashes.AsSpan(0, 255)).Node(8, 0));
        Assert.Throws<ArgumentException>(() => Tile.Of([]));
        Assert.Throws<ArgumentException>(() => Tile.Of(new Hash[257]));
    }

    [Fact]
    public void A_bundle_has_exactly_its_entries()
    {
        ReadOnlyMemory<byte>[] entries = ["one"u8.ToArray(), default, new byte[EntryBundle.MaxEntrySize]];
        var bundle = EntryBundle.Encode(entries);
        Assert.Equal("00036f6e650000ffff", Convert.ToHexStringLower(bundle.AsSpan(0, 9)));
        Assert.True(EntryBundle.TryDecode(bundle, 3, out var read));
        Assert.Equal(entries.Select(entry => entry.ToArray()), read.Select(entry => entry.ToArray()));
        foreach (var width in new[] { -1, 0, 1, 2, 4, 256, 257 })
            Assert.False(EntryBundle.TryDecode(bundle, width, out _));
        Assert.False(EntryBundle.TryDecode(bundle.AsMemory(..^1), 3, out _));
        Assert.False(EntryBundle.TryDecode(new byte[] { 0 }, 1, out _));
        Assert.Throws<ArgumentException>(() => EntryBundle.Encode([]));
        Assert.Throws<ArgumentException>(() => EntryBundle.Encode(new ReadOnlyMemory<byte>[257]));
        Assert.Throws<ArgumentException>(() => EntryBundle.Encode([new byte[EntryBundle.MaxEntrySize + 1]]));
    }
}
