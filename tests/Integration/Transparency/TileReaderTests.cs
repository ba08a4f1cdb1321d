using System.Security.Cryptography;
using AtpKeyserver.Tests.Integration.Product;
using AtpKeyserver.Tlog;
using AtpKeyserver.Transparency;

namespace AtpKeyserver.Tests.Integration.Transparency;

/// <summary>Tiles, bundles, checkpoints and proofs of a log that has full tiles.</summary>
public sealed class TileReaderTests : IAsyncLifetime, IDisposable
{
    private const int Size = 700;

    private readonly Backing _backing = new();
    private Instance _instance = null!;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start();
        var sequencer = _instance.Get<Sequencer>();
        await Task.WhenAll(Enumerable.Range(1, Size - 1).Select(_ => sequencer.AppendAsync(
            new LogEntry(ChainKind.Account, Random(), 0, default, Random()), CancellationToken.None)));
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    [Fact]
    public async Task Every_entry_is_proved_from_tiles()
    {
        var (reader, root) = (_instance.Get<TileReader>(), await RootAsync());
        for (var index = 0L; index < Size; index += 37)
        {
            var leaf = TreeHash.Leaf((await _instance.Get<LogTable>().ReadEntriesAsync(index, 1, default))[0]);
            var proof = await reader.ProveInclusionAsync(index, Size, default);
            Assert.True(InclusionProof.Verify(leaf, index, Size, proof, root), $"Index {index} is not proved.");
        }
    }

    [Fact]
    public async Task Every_earlier_tree_is_proved_to_be_a_part_of_the_newest()
    {
        var entries = await _instance.Get<LogTable>().ReadEntriesAsync(0, Size, default);
        var (reader, root, tree) = (_instance.Get<TileReader>(), await RootAsync(), new RightEdge());
        foreach (var entry in entries)
        {
            tree.Append(TreeHash.Leaf(entry));
            if (tree.Size % 41 != 0)
                continue;
            var proof = await reader.ProveConsistencyAsync(tree.Size, Size, default);
            Assert.True(ConsistencyProof.Verify(tree.Size, tree.Root(), Size, root, proof), $"Size {tree.Size}");
        }
    }

    [Fact]
    public async Task Bundles_and_tiles_hold_the_same_entries()
    {
        var reader = _instance.Get<TileReader>();
        foreach (var address in TileGeometry.Bundles(0, Size))
        {
            var bundle = await reader.ReadBundleAsync(address, default);
            Assert.True(EntryBundle.TryDecode(bundle, address.Width, out var entries));
            var tile = await reader.ReadTileAsync(TileAddress.OfHashes(0, address.Index, address.Width), default);
            Assert.Equal(
                entries.Select(entry => TreeHash.Leaf(entry.Span)),
                Enumerable.Range(0, tile.Width).Select(i => tile[i]));
        }

        var upper = await reader.ReadTileAsync(TileAddress.OfHashes(1, 0, Size / TileAddress.FullWidth), default);
        var lower = await reader.ReadTileAsync(TileAddress.OfHashes(0, 1), default);
        Assert.Equal(lower.Node(8, 0), upper[1]);
    }

    [Fact]
    public async Task A_checkpoint_is_signed_with_both_keys_and_renewed_in_time()
    {
        var checkpoints = _instance.Get<Checkpoints>();
        var keys = await _instance.Get<LogKeyring>().OpenAsync(default);
        var first = await ReadAsync();
        Assert.Equal((Size, await RootAsync()), (first.Checkpoint.Size, first.Checkpoint.Root));

        _backing.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(first.Time, (await ReadAsync()).Time);
        _backing.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(first.Time + 61, (await ReadAsync()).Time);

        async Task<(Checkpoint Checkpoint, long Time)> ReadAsync()
        {
            Assert.True(Note.TryParse((await checkpoints.GetAsync(default)).Note.Span, out var note));
            Assert.Equal(SignatureStatus.Valid, note.Check(keys.Signer.VerifierKey).Status);
            var cosignature = note.Check(keys.Cosigner.VerifierKey);
            Assert.Equal(SignatureStatus.Valid, cosignature.Status);
            Assert.True(Checkpoint.TryParse(note.Text.Span, out var checkpoint));
            return (checkpoint, cosignature.Timestamp);
        }
    }

    private async Task<Hash> RootAsync() =>
        (await _instance.Get<LogTable>().FindHeadAsync(default))!.Tree.Root();

    private static Hash Random() => new(RandomNumberGenerator.GetBytes(Hash.Size));
}
