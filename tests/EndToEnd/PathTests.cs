using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>All requests that the host forwards get a protocol response that a page in a browser can read.</summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed class PathTests(KeyserverFixture keyserver)
{
    private const string Key = "/xrpc/dev.atpkeyserver.alpha.group.getKey";

    private static readonly string[] Verbs = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE",
        "PROPFIND", "get", "X"];

    public static TheoryData<string> Paths =>
    [
        "/nowhere", "/favicon.ico", "/a/b/c", "/xrpc", "/xrpc/", "/xrpc/x", "/xrpc/x/", Key + "/", Key + "//",
        Key + "/x",
        "/XRPC/dev.atpkeyserver.alpha.group.getKey", "/Xrpc/DEV.ATPKEYSERVER.ALPHA.GROUP.GETKEY", "/XRPC/_HEALTH",
        "/.WELL-KNOWN/DID.JSON",
        "/xrpc%2Fdev.atpkeyserver.alpha.group.getKey", "/%2F" + Key, "/%2f%2f", Key + "%2F", "/xrpc/%2F..%2F..",
        "/xrpc//x", "/x//y", "/x//",
        "/xrpc/dev%2Eatpkeyserver.alpha.group.getKey", "/xrpc/%64ev.atpkeyserver.alpha.group.getKey", "/%78rpc/x",
        "/xrpc/a%20b", "/xrpc/a%23b",
        "/xrpc/a%3Fb", "/xrpc/%FF%FE", "/%C0%AF", "/xrpc/%", "/xrpc/%zz", "/xrpc/a%5Cb", "/xrpc/a\\b", "/./x", "/../x",
        "/xrpc/../x", "/x;y=z",
        "/x:y", "/{path}", "/*", "/~x", "/@x", "/x?y", "/x?", "/x?group_id=%FF&%zz==&&", "/api/x", "/administrator",
        "/runtimes", "/xrpc/x.y.z#",
        "/" + new string('a', 7000), "/xrpc/" + new string('a', 7000), "/x?" + new string('a', 7000),
        Key + new string('/', 7000),
        "/" + string.Concat(Enumerable.Repeat("%41", 2300)), "/" + string.Concat(Enumerable.Repeat("%FF", 2300)),
        "/" + string.Concat(Enumerable.Repeat("a/", 3500)), "/x" + string.Concat(Enumerable.Repeat("%2F", 2300)),
        "/xrpc/" + string.Concat(Enumerable.Repeat("<>\"", 2300)),
    ];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_path_is_answered_by_the_app(string path)
    {
        foreach (var verb in Verbs)
            IsAnswerOfTheApp(verb, await SendAsync($"{verb} {path} HTTP/1.1\r\nContent-Length: 0\r\n"),
                $"{verb} {path}");
    }

    /// <summary>The host accepts up to 100 headers with 32 KiB in total.</summary>
    [Theory]
    [InlineData(97, 8)]
    [InlineData(1, 32_600)]
    [InlineData(90, 350)]
    public async Task Many_and_long_headers_are_answered_by_the_app(int count, int length)
    {
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: {new string('h', length)}\r\n"));
        IsAnswerOfTheApp("GET", await SendAsync($"GET /nowhere HTTP/1.1\r\n{headers}"),
            $"{count} headers of {length} bytes");
    }

    [Theory]
    [InlineData("User-Agent")]
    [InlineData("Accept-Language")]
    [InlineData("Referer")]
    [InlineData("Cookie")]
    [InlineData("Origin")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("Forwarded")]
    [InlineData("Content-Type")]
    [InlineData("Content-Encoding")]
    [InlineData("Accept")]
    [InlineData("If-None-Match")]
    [InlineData("Authorization")]
    [InlineData("Access-Control-Request-Headers")]
    [InlineData("traceparent")]
    [InlineData("tracestate")]
    [InlineData("baggage")]
    [InlineData("X-Anything")]
    public async Task A_header_of_any_bytes_is_answered_by_the_app(string name)
    {
        // UTF-8, Latin-1, a truncated UTF-8 character, and bytes that UTF-8 never contains.
        foreach (var value in (string[])["\u00c3\u00bc", "Z\u00fcrich", "\u00f0\u009f", "\u00ff\u00fe\u0080"])
            IsAnswerOfTheApp("GET", await SendAsync($"GET /nowhere HTTP/1.1\r\n{name}: {value}\r\n"), name);
    }

    private static void IsAnswerOfTheApp(string verb, string answer, string what)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, $"{what}: no response");
        var (head, body) = (answer[..end], answer[(end + 4)..]);
        Assert.True(head.Contains("\r\nAccess-Control-Allow-Origin: *", StringComparison.Ordinal), $"{what}: {answer}");
        if (verb is "OPTIONS")
            Assert.StartsWith("HTTP/1.1 204 ", head, StringComparison.Ordinal);
        else if (verb is "HEAD")
            Assert.Equal("", body);
        else if (!head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
            Assert.Equal(["error", "message"],
                JsonSerializer.Deserialize<JsonElement>(body).EnumerateObject().Select(member => member.Name));
    }

    /// <summary>Each character is sent as one byte.</summary>
    private async Task<string> SendAsync(string head)
    {
        var app = keyserver.Stack.App;
        using var patience = new CancellationTokenSource(Eventually.Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(app.Host, app.Port, patience.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"{head}Host: {app.Authority}\r\nConnection: close\r\n\r\n"),
            patience.Token);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(patience.Token);
    }
}
