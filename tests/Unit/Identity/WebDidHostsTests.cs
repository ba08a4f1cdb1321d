using System.Diagnostics;
using AtpKeyserver.Configuration;
using AtpKeyserver.Identity;
using AtpKeyserver.Networking;
using AtpKeyserver.Tests.Support;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>Requests to did:web hosts and their possible responses, over a real connection.</summary>
public class WebDidHostsTests
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("application/did+json")]
    [InlineData("application/did+ld+json")]
    [InlineData("application/problem+json")]
    public async Task Accepts_a_JSON_document(string type)
    {
        using var server = new CannedServer(CannedServer.Response("{\"id\":1}", type));

        Assert.Equal("{\"id\":1}", await LoopbackHost.TextAsync(server));

        Assert.StartsWith("GET /.well-known/did.json HTTP/1.1\r\n", server.Request, StringComparison.Ordinal);
        Assert.Contains($"Host: localhost:{server.Port}\r\n", server.Request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("Identity")]
    [InlineData("identity, identity")]
    public async Task Accepts_the_identity_encoding(string encoding)
    {
        using var server = new CannedServer(CannedServer.Response("{}", more: $"Content-Encoding: {encoding}\r\n"));

        Assert.Equal("{}", await LoopbackHost.TextAsync(server));
    }

    [Theory]
    [InlineData("17", 17)]
    [InlineData("Fri, 15 Jan 2027 08:00:30 GMT", 30)] // The clock of the tests says 08:00:00.
    [InlineData("Fri, 15 Jan 2027 07:59:30 GMT", null)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("soon", null)]
    public async Task Reads_Retry_After(string retryAfter, int? seconds)
    {
        using var server = new CannedServer(CannedServer.Response("", more: $"Retry-After: {retryAfter}\r\n",
            status: "503 Service Unavailable"));

        var answer = await Assert.ThrowsAsync<DocumentStatusException>(() =>
            LoopbackHost.FetchAsync(server, clock: new FakeClock(TestResolver.Start)));

        Assert.Equal(seconds, answer.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task Sends_the_host_nothing_about_the_incoming_request()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var server = new CannedServer(CannedServer.Response("{}"));

        await LoopbackHost.TextAsync(server);

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

        Assert.Null(await LoopbackHost.FetchAsync(server));
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

        await Assert.ThrowsAsync<DocumentStatusException>(() => LoopbackHost.FetchAsync(server));
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

        await Assert.ThrowsAsync<UnusableDocumentException>(() => LoopbackHost.FetchAsync(server));

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

        await Assert.ThrowsAsync<UnusableDocumentException>(() => LoopbackHost.FetchAsync(server));
    }

    [Fact]
    public async Task Never_asks_localhost_outside_development()
    {
        using var server = new CannedServer(CannedServer.Response("{}"));
        using var hosts = new WebDidHosts(
            Options.Create(new KeyserverOptions()),
            new DocumentClient(new OperatorConnector(), keepsConnections: false));

        await Assert.ThrowsAsync<UnusableDocumentException>(
            () => hosts.FetchAsync(Documents.Parse($"did:web:localhost%3A{server.Port}"), default).AsTask());

        Assert.Equal(0, server.Connections);
    }
}
