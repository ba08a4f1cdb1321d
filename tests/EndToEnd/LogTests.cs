using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>The transparency log over HTTP, as mirrors and monitors read it.</summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed class LogTests(KeyserverFixture keyserver) : IDisposable
{
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.None })
    {
        BaseAddress = new Uri(keyserver.Stack.App, "tlog/"),
    };

    private string Origin => $"{keyserver.Stack.App.Authority}/tlog";

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task The_checkpoint_is_a_signed_note_of_this_origin()
    {
        using var response = await _http.GetAsync("checkpoint");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.CacheControl?.MaxAge);
        var (checkpoint, note) = Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(Origin, checkpoint.Origin);
        Assert.Equal([Origin, Origin], note.Signatures.Select(signature => signature.Name));
    }

    [Fact]
    public async Task Entry_0_and_its_tile_hash_to_the_root()
    {
        var size = (await CheckpointAsync()).Size;
        var width = (int)Math.Min(size, TileAddress.FullWidth);
        var bundle = await _http.GetByteArrayAsync(TileAddress.OfEntries(0, width).ToString());
        Assert.True(EntryBundle.TryDecode(bundle, width, out var entries));
        Assert.True(LogEntry.TryParse(entries[0].Span, out var first));
        Assert.Equal((ChainKind.Log, 0), (first.Chain, first.Sequence));

        var content = await _http.GetByteArrayAsync(TileAddress.OfHashes(0, 0, width).ToString());
        Assert.True(Tile.TryParse(content, width, out var tile));
        Assert.Equal(first.LeafHash(), tile[0]);
    }

    [Fact]
    public async Task A_tile_never_changes_and_is_sent_once()
    {
        var path = TileAddress.OfHashes(0, 0, 1).ToString();
        using var first = await _http.GetAsync(path);
        Assert.Equal("public, max-age=31536000, immutable", Assert.Single(first.Headers.GetValues("Cache-Control")));
        Assert.Equal("application/octet-stream", first.Content.Headers.ContentType?.MediaType);

        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await _http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());

        using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal((HttpStatusCode.OK, Hash.Size), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task Bundles_are_compressed_if_the_client_asks()
    {
        var path = TileAddress.OfEntries(0, 1).ToString();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using var response = await _http.SendAsync(request);
        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.Equal("Accept-Encoding", Assert.Single(response.Headers.Vary));
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        await gzip.CopyToAsync(plain);
        Assert.Equal(await _http.GetByteArrayAsync(path), plain.ToArray());
    }

    [Theory]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/x000/000.p/1")]
    [InlineData("tile/00/000.p/1")]
    [InlineData("tile/0/000.p/1/")]
    [InlineData("tile/64/000")]
    [InlineData("tile/entries/999")]
    [InlineData("tile/0/999.p/1")]
    [InlineData("tile/0/" + "x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/")]
    [InlineData("tile/data/000")]
    [InlineData("Tile/0/000.p/1")]
    [InlineData("checkpoints")]
    public async Task Other_paths_do_not_exist(string path)
    {
        using var response = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    private async Task<Checkpoint> CheckpointAsync() => Parse(await _http.GetByteArrayAsync("checkpoint")).Checkpoint;

    private static (Checkpoint Checkpoint, Note Note) Parse(byte[] utf8)
    {
        Assert.True(Note.TryParse(utf8, out var note));
        Assert.True(Checkpoint.TryParse(note.Text.Span, out var checkpoint));
        return (checkpoint, note);
    }
}
