using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>How requests reach the function and responses reach the caller.</summary>
[Collection(SharedHostCollection.Name)]
public sealed class RequestTests(SharedHost shared)
{
    private readonly AppHost _app = shared.App;

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("PROPFIND")]
    public async Task A_function_without_methods_accepts_every_method(string method)
    {
        var seen = await _app.EchoAsync(method, "/echo/a");

        Assert.Equal("Echo", seen.Function);
        Assert.Equal(method, seen.Method);
    }

    [Theory]
    [InlineData("/echo/a?x=1&x=2&y=%26%3D%20%2B+", "/echo/a", "?x=1&x=2&y=%26%3D%20%2B+")]
    [InlineData("/echo/a?", "/echo/a", "?")]
    [InlineData("/echo/a%20b%C3%A4?x=%C3%A4", "/echo/a bä", "?x=%C3%A4")]
    [InlineData("/echo/a%23b%3Fc", "/echo/a#b?c", "")]
    [InlineData("/echo/a%2Fb", "/echo/a%2Fb", "")]
    [InlineData("/echo/did:web:a.example%3A443", "/echo/did:web:a.example:443", "")]
    [InlineData("/echo/a/", "/echo/a/", "")]
    [InlineData("/ECHO/A", "/ECHO/A", "")]
    public async Task Path_and_query_are_passed_unchanged(string target, string path, string query)
    {
        var seen = await _app.EchoAsync("GET", target);

        Assert.Equal("Echo", seen.Function);
        Assert.Equal(path, seen.Path);
        Assert.Equal(query, seen.Query);
    }

    [Theory]
    [InlineData("/echo/first/second", "one=first two=second")]
    [InlineData("/echo/a%23b%20c", "one=a#b c")]
    [InlineData("/echo/a%2Fb", "one=a%2Fb")]
    [InlineData("/rest/a/b%20c", "path=a/b c")]
    public async Task Route_values_reach_the_function(string target, string values)
    {
        var seen = await _app.EchoAsync("GET", target);

        Assert.Equal(values, string.Join(
            ' ', seen.RouteValues.Select(value => $"{value.Key}={value.Value}").Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024 * 1024)]
    public async Task A_body_is_passed_and_returned_completely(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var seen = await _app.EchoAsync("POST", "/echo/a", new ByteArrayContent(bytes));
        using var response = await _app.SendAsync("POST", "/answers/copy", new ByteArrayContent(bytes));

        Assert.Equal((length, Convert.ToHexStringLower(SHA256.HashData(bytes))), (seen.BodyLength, seen.BodyHash));
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_passed_completely()
    {
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        using var request =
            new HttpRequestMessage(HttpMethod.Put, "/answers/copy") { Content = new ByteArrayContent(bytes) };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new("application/x-test");
        using var response = await _app.Http.SendAsync(request);

        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/x-test", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Headers_are_passed_unchanged()
    {
        var token = "Bearer " + new string('x', 24 * 1024);
        var seen = await _app.EchoAsync(
            "GET", "/echo/a", null, ("Authorization", token), ("X-Custom", "one"), ("X-Custom", "two"),
            ("Cookie", "a=b; c=d"),
            ("Accept-Encoding", "br"), ("X-Name", "Zoë"));

        Assert.Equal(token, seen.Headers["Authorization"]);
        Assert.Equal("one, two", seen.Headers["X-Custom"].Replace(",t", ", t", StringComparison.Ordinal));
        Assert.Equal("a=b; c=d", seen.Headers["Cookie"]);
        Assert.Equal("br", seen.Headers["Accept-Encoding"]);
        Assert.Equal("Zoë", seen.Headers["X-Name"]);
    }

    [Fact]
    public async Task The_callers_address_is_appended_to_its_list()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _app.Address.Port);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(
            ("GET /echo/a HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n"u8
                + "X-Forwarded-For: 198.51.100.1\r\nConnection: close\r\n\r\n"u8).ToArray());
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();

        Assert.Contains($"\"203.0.113.7,198.51.100.1,{socket.LocalEndPoint}\"",
            answer.Replace(", ", ",", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_and_not_the_caller_sets_the_forwarding_headers()
    {
        var seen = await _app.EchoAsync(
            "GET", "/echo/a", null, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"),
            ("Host", "keys.example:8443"));

        Assert.Equal("http", seen.Headers["X-Forwarded-Proto"]);
        Assert.Equal("keys.example:8443", seen.Headers["X-Forwarded-Host"]);
    }

    [Fact]
    public async Task A_caller_cannot_set_the_invocation_id()
    {
        var seen = await _app.EchoAsync(
            "GET", "/echo/a", null, ("x-ms-invocation-id", "11111111-2222-3333-4444-555555555555"));

        Assert.NotEqual("11111111-2222-3333-4444-555555555555", seen.Headers["x-ms-invocation-id"]);
        Assert.True(Guid.TryParse(seen.Headers["x-ms-invocation-id"], out _));
    }

    [Fact]
    public async Task The_function_continues_the_trace()
    {
        var seen = await _app.EchoAsync(
            "GET", "/echo/a", null, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", seen.TraceParent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", 204)]
    [InlineData("GET", 304)]
    [InlineData("DELETE", 404)]
    [InlineData("POST", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("GET", 418)]
    [InlineData("GET", 503)]
    public async Task Status_and_headers_of_the_function_reach_the_caller(string method, int status)
    {
        using var response = await _app.SendAsync(method, $"/answers/empty/{status}");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(["one", "two"], response.Headers.GetValues("X-Custom"));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/answers/empty/204", HttpStatusCode.NoContent)]
    [InlineData("/failures/first", HttpStatusCode.InternalServerError)]
    [InlineData("/guarded/admin", HttpStatusCode.Unauthorized)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    [InlineData("//", HttpStatusCode.NotFound)]
    public async Task Custom_headers_are_on_every_response(string target, HttpStatusCode status)
    {
        using var response = await _app.SendAsync("GET", target);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("yes", Assert.Single(response.Headers.GetValues("X-From-Host")));
    }

    [Fact]
    public async Task Parts_of_a_response_arrive_before_it_is_complete()
    {
        // The gate of the shared app would stay open.
        await using var app = await AppHost.StartAsync();
        using var response = await app.SendAsync("GET", "/answers/parts");
        await using var stream = await response.Content.ReadAsStreamAsync();
        var part = new byte[4];
        await stream.ReadExactlyAsync(part);
        Assert.Equal("one "u8, part);
        await app.WaitAtGateAsync();
        app.OpenGate();
        using var reader = new StreamReader(stream);

        Assert.Equal("two", await reader.ReadToEndAsync());
    }
}
