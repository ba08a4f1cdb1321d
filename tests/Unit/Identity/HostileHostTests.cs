using System.IO.Compression;
using System.Text;
using AtpKeyserver.Identity;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>Hosts that send too much, send too slowly, or do not speak HTTP.</summary>
public class HostileHostTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Fails_when_the_body_is_compressed()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(new byte[10_000_000]);
        const string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n";
        using var server = new CannedServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop);
            await stream.WriteAsync(packed.ToArray(), stop);
        });

        await Assert.ThrowsAsync<UnusableDocumentException>(() => LoopbackHost.FetchAsync(server));
    }

    [Fact]
    public async Task Accepts_64_KiB_and_not_a_byte_more()
    {
        var largest = "{}" + new string(' ', DocumentClient.MaxBytes - 2);
        using var server = new CannedServer(CannedServer.Response(largest));
        Assert.Equal(largest, await LoopbackHost.TextAsync(server));

        using var tooLarge = new CannedServer(CannedServer.Response(largest + " "));
        await Assert.ThrowsAsync<UnusableDocumentException>(() => LoopbackHost.FetchAsync(tooLarge));
    }

    [Fact]
    public async Task Stops_reading_a_body_without_an_end()
    {
        var written = 0L;
        using var server = new CannedServer(async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"u8.ToArray(), stop);
            for (var spaces = Encoding.ASCII.GetBytes(new string(' ', 8192)); ; written += spaces.Length)
                await stream.WriteAsync(spaces, stop);
        });

        await Assert.ThrowsAsync<UnusableDocumentException>(() => LoopbackHost.FetchAsync(server));

        Assert.InRange(written, 0, 32 * 1024 * 1024); // Includes what both sides buffer.
    }

    [Theory]
    [InlineData("")] // no response
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")] // headers without an end
    // a body without an end
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{")]
    public async Task Times_out_when_a_host_falls_silent(string answer)
    {
        using var server = new CannedServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });

        await AssertTimesOutAsync(server);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")]
    public async Task Times_out_when_a_host_sends_slowly(string start)
    {
        using var server = new CannedServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start), stop);
            var letters = start.Length == 0 ? "HTTP/1.1 200 OK\r\nX: aaaaaaaa" : "        ";
            for (var i = 0; ; i++)
            {
                await stream.WriteAsync(new[] { (byte)letters[Math.Min(i, letters.Length - 1)] }, stop);
                await Task.Delay(20, stop);
            }
        });

        await AssertTimesOutAsync(server);
    }

    [Theory]
    // the connection breaks
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{}")]
    [InlineData("220 smtp.example.com ESMTP\r\n")]
    [InlineData("\0\0\0\0")]
    public async Task Fails_when_the_response_is_not_HTTP_or_is_truncated(string answer)
    {
        using var server = new CannedServer(answer);

        await Assert.ThrowsAnyAsync<Exception>(() => LoopbackHost.FetchAsync(server));
    }

    [Fact]
    public async Task Fails_when_the_headers_are_huge()
    {
        using var server = new CannedServer(CannedServer.Response("{}", more: $"X: {new string('a', 100_000)}\r\n"));

        await Assert.ThrowsAsync<HttpRequestException>(() => LoopbackHost.FetchAsync(server));
    }

    private static async Task AssertTimesOutAsync(CannedServer server)
    {
        var fetch = LoopbackHost.FetchAsync(server, Short);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch.WaitAsync(Eventually.Patience));
    }
}
