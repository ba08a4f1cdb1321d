using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AtpKeyserver.Identity;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>What a stranger's host may answer, over a real connection to loopback.</summary>
public class WebDidHostsTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("application/did+json")]
    [InlineData("application/did+ld+json")]
    [InlineData("application/problem+json")]
    public async Task Takes_a_JSON_document(string type)
    {
        using var server = new CannedServer(CannedServer.Response("{\"id\":1}", type));

        Assert.Equal("{\"id\":1}", await TextAsync(server));

        Assert.StartsWith("GET /.well-known/did.json HTTP/1.1\r\n", server.Request, StringComparison.Ordinal);
        Assert.Contains($"Host: localhost:{server.Port}\r\n", server.Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_the_host_nothing_about_the_request_behind_it()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var server = new CannedServer(CannedServer.Response("{}"));

        await TextAsync(server);

        Assert.DoesNotContain("traceparent", server.Request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("request-id", server.Request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("accept-encoding", server.Request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("cookie", server.Request, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("410 Gone")]
    public async Task Finds_nothing_when_the_host_says_so(string status)
    {
        using var server = new CannedServer(CannedServer.Response("<html>", "text/html", status: status));

        Assert.Null(await FetchAsync(server));
    }

    [Theory]
    [InlineData("201 Created")]
    [InlineData("204 No Content")]
    [InlineData("400 Bad Request")]
    [InlineData("401 Unauthorized")]
    [InlineData("403 Forbidden")]
    [InlineData("429 Too Many Requests")]
    [InlineData("500 Internal Server Error")]
    [InlineData("503 Service Unavailable")]
    public async Task Fails_when_the_host_answers_with_another_status(string status)
    {
        using var server = new CannedServer(CannedServer.Response("{}", status: status));

        await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(server));
    }

    [Theory]
    [InlineData("301 Moved Permanently")]
    [InlineData("302 Found")]
    [InlineData("307 Temporary Redirect")]
    [InlineData("308 Permanent Redirect")]
    public async Task Never_follows_a_redirect(string status)
    {
        using var target = new CannedServer(CannedServer.Response("{}"));
        using var server = new CannedServer(
            CannedServer.Response("{}", more: $"Location: http://localhost:{target.Port}/\r\n", status: status));

        await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(server));

        Assert.Equal(0, target.Connections);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/plain")]
    [InlineData("application/javascript")]
    [InlineData("application/jsonp")]
    [InlineData("application/octet-stream")]
    [InlineData("")]
    public async Task Fails_when_the_media_type_is_not_JSON(string type)
    {
        using var server = new CannedServer(CannedServer.Response("{}", type));

        await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(server));
    }

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

        await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(server));
    }

    [Fact]
    public async Task Takes_64_KiB_and_not_a_byte_more()
    {
        var largest = "{}" + new string(' ', DocumentClient.MaxBytes - 2);
        using var server = new CannedServer(CannedServer.Response(largest));
        Assert.Equal(largest, await TextAsync(server));

        using var tooLarge = new CannedServer(CannedServer.Response(largest + " "));
        await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(tooLarge));
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

        await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(server));

        Assert.InRange(written, 0, 32 * 1024 * 1024); // What lies in buffers between the two.
    }

    [Theory]
    [InlineData("")] // no answer at all
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")] // no end of the headers
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{")] // no end of the body
    public async Task Gives_up_on_a_host_that_falls_silent(string answer)
    {
        using var server = new CannedServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });

        await AssertGivesUpAsync(server);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")]
    public async Task Gives_up_on_a_host_that_drips(string start)
    {
        using var server = new CannedServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start), stop);
            foreach (var letter in start.Length == 0 ? "HTTP/1.1 200 OK\r\nX: " + new string('a', 1000) : new string(' ', 1000))
            {
                await stream.WriteAsync(new[] { (byte)letter }, stop);
                await Task.Delay(20, stop);
            }
        });

        await AssertGivesUpAsync(server);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{}")] // the connection breaks
    [InlineData("220 smtp.example.com ESMTP\r\n")]
    [InlineData("\0\0\0\0")]
    public async Task Fails_when_the_answer_is_not_HTTP_or_broken(string answer)
    {
        using var server = new CannedServer(answer);

        await Assert.ThrowsAnyAsync<Exception>(() => FetchAsync(server));
    }

    [Fact]
    public async Task Fails_when_the_headers_are_huge()
    {
        using var server = new CannedServer(CannedServer.Response("{}", more: $"X: {new string('a', 100_000)}\r\n"));

        await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync(server));
    }

    [Fact]
    public async Task Never_asks_localhost_outside_development()
    {
        using var server = new CannedServer(CannedServer.Response("{}"));
        using var hosts = new WebDidHosts(Options.Create(new KeyserverOptions()));

        await Assert.ThrowsAsync<InvalidDataException>(
            () => hosts.FetchAsync(Documents.Parse($"did:web:localhost%3A{server.Port}"), default).AsTask());

        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    public async Task Never_connects_to_a_name_that_means_an_inner_address(string address)
    {
        using var server = new CannedServer(CannedServer.Response("{}"));
        var connector = new PublicConnector(allowLocalhost: true, (_, _) => Task.FromResult(new[] { IPAddress.Parse(address) }));

        await Assert.ThrowsAsync<HttpRequestException>(
            () => connector.ConnectAsync(new DnsEndPoint("inner.example.com", server.Port), default).AsTask());

        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Asks_port_443_of_the_host_and_nothing_else()
    {
        var asked = new List<string>();
        var connector = new PublicConnector(allowLocalhost: false, (name, _) =>
        {
            asked.Add(name);
            throw new SocketException((int)SocketError.HostNotFound);
        });
        using var hosts = new WebDidHosts(Options.Create(new KeyserverOptions()), new DocumentClient(connector));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => hosts.FetchAsync(Documents.Web, default).AsTask());

        Assert.Equal(["user.example.com"], asked);
        Assert.Contains("user.example.com:443", failure.Message, StringComparison.Ordinal);
    }

    private static WebDidHosts Hosts(TimeSpan? timeout = null) => new(
        Options.Create(new KeyserverOptions { AllowLocalhost = true }),
        new DocumentClient(new PublicConnector(allowLocalhost: true, Dns.GetHostAddressesAsync), timeout));

    private static async Task<byte[]?> FetchAsync(CannedServer server)
    {
        using var hosts = Hosts();
        return await hosts.FetchAsync(Documents.Parse($"did:web:localhost%3A{server.Port}"), CancellationToken.None);
    }

    private static async Task<string> TextAsync(CannedServer server) => Encoding.UTF8.GetString((await FetchAsync(server))!);

    private static async Task AssertGivesUpAsync(CannedServer server)
    {
        using var hosts = Hosts(Short);
        var watch = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => hosts.FetchAsync(Documents.Parse($"did:web:localhost%3A{server.Port}"), CancellationToken.None).AsTask());
        Assert.InRange(watch.Elapsed, Short * 0.8, TimeSpan.FromSeconds(5));
    }
}
