using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using AtpKeyserver.Emulators.Witness;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>The witness emulator follows c2sp.org/tlog-witness.</summary>
public sealed class WitnessTests : IAsyncLifetime, IDisposable
{
    private const string Origin = "keys.example.com/tlog";

    private readonly NoteSigner _log = new(Origin, RandomNumberGenerator.GetBytes(NoteSigner.SeedSize));
    private readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly TemporaryFolder _folder = new();
    private readonly Tree _tree = new();
    private WitnessEmulator _witness = null!;

    public async Task InitializeAsync() => _witness = await StartAsync();

    public async Task DisposeAsync() => await _witness.DisposeAsync();

    public void Dispose()
    {
        _log.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_cosigns_checkpoints_that_continue_the_last_one()
    {
        var size = 0;
        foreach (var next in new[] { 1, 1, 2, 7, 8, 300 })
        {
            var (status, body) = await AddAsync(size, next);
            Assert.Equal(HttpStatusCode.OK, status);
            var signed = Sign(next);
            Assert.True(Note.TryParse([.. signed.Format(), .. System.Text.Encoding.UTF8.GetBytes(body)], out var note));
            var cosignature = note.Check(_witness.Key);
            Assert.Equal(
                (SignatureStatus.Valid, _clock.GetUtcNow().ToUnixTimeSeconds()),
                (cosignature.Status, cosignature.Timestamp));
            size = next;
        }
    }

    [Fact]
    public async Task It_says_which_size_it_knows()
    {
        await AddAsync(0, 5);
        Assert.Equal((HttpStatusCode.Conflict, "5\n"), await AddAsync(0, 9));
        Assert.Equal((HttpStatusCode.Conflict, "5\n"), await AddAsync(4, 9));
        Assert.Equal(HttpStatusCode.OK, (await AddAsync(5, 9)).Status);
    }

    [Fact]
    public async Task It_remembers_its_key_and_the_last_checkpoint()
    {
        await AddAsync(0, 5);
        var key = _witness.Key.ToString();
        await _witness.DisposeAsync();
        _witness = await StartAsync();
        Assert.Equal(key, _witness.Key.ToString());
        Assert.Equal((HttpStatusCode.Conflict, "5\n"), await AddAsync(0, 5));
    }

    [Fact]
    public async Task It_refuses_another_tree()
    {
        await AddAsync(0, 5);
        var other = new Tree();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(other.Request(5, 9, Sign(9, other)))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(other.Request(5, 5, Sign(5, other)))).Status);
        Assert.Equal(HttpStatusCode.OK, (await AddAsync(5, 9)).Status);
    }

    [Fact]
    public async Task It_refuses_what_the_log_did_not_sign()
    {
        using var unknown = new NoteSigner("other.example.com/tlog", RandomNumberGenerator.GetBytes(32));
        using var forger = new NoteSigner(Origin, RandomNumberGenerator.GetBytes(32));
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(_tree.Request(0, 5, Sign(5, _tree, unknown)))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(_tree.Request(0, 5, Sign(5, _tree, forger)))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 0\n\n")]
    [InlineData("old -1\n\n{note}")]
    [InlineData("old 01\n\n{note}")]
    [InlineData("old 6\n\n{note}")]
    [InlineData("old 0\nx\n\n{note}")]
    [InlineData("old 0\n{note}")]
    [InlineData("new 0\n\n{note}")]
    public async Task It_refuses_malformed_bodies(string body)
    {
        var note = System.Text.Encoding.UTF8.GetString(Sign(5).Format());
        var bytes = System.Text.Encoding.UTF8.GetBytes(body.Replace("{note}", note, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(bytes)).Status);
    }

    private async Task<WitnessEmulator> StartAsync() => await WitnessEmulator.StartAsync(new WitnessEmulatorOptions
    {
        DataFolder = _folder.Path,
        Logs = [_log.VerifierKey],
        TimeProvider = _clock,
    });

    private Note Sign(int size, Tree? tree = null, NoteSigner? signer = null)
    {
        signer ??= _log;
        var text = new Checkpoint(signer.VerifierKey.Name, size, (tree ?? _tree).RootOf(size)).Format();
        return new Note(text, [signer.Sign(text)]);
    }

    private Task<(HttpStatusCode Status, string Body)> AddAsync(int oldSize, int newSize) =>
        PostAsync(_tree.Request(oldSize, newSize, Sign(newSize)));

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using var response = await _http.PostAsync(new Uri(_witness.Origin, "add-checkpoint"), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A tree of random leaves.</summary>
    private sealed class Tree : INodeHashes
    {
        private readonly Hash[] _leaves =
            [.. Enumerable.Range(0, 300).Select(_ => TreeHash.Leaf(RandomNumberGenerator.GetBytes(8)))];

        public Hash Get(NodeAddress node) => node.Level == 0
            ? _leaves[node.Index]
            : TreeHash.Node(
                Get(new NodeAddress(node.Level - 1, 2 * node.Index)),
                Get(new NodeAddress(node.Level - 1, 2 * node.Index + 1)));

        public Hash RootOf(int size)
        {
            var edge = new RightEdge();
            foreach (var leaf in _leaves.Take(size))
                edge.Append(leaf);
            return edge.Root();
        }

        public byte[] Request(int oldSize, int newSize, Note checkpoint) =>
            new AddCheckpointRequest(oldSize, ConsistencyProof.Create(oldSize, newSize, this), checkpoint).Format();
    }
}
