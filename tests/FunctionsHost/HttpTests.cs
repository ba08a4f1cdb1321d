using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>Requests reach functions as they were sent, with what Azure adds, and answers come back as they are.</summary>
public sealed class HttpTests(RunningHost host) : IClassFixture<RunningHost>
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PROPFIND")]
    public async Task A_request_reaches_the_function_as_it_was_sent(string method)
    {
        var body = new string('b', 1_000_000);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/echo/a%23b%2Fc?d=e%20f&g");
        request.Content = method == "GET" ? null : new StringContent(body);
        request.Headers.TryAddWithoutValidation("X-Own", "kept ü");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer token");
        using var client = Utf8Client();
        using var answer = await client.SendAsync(request);
        var seen = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(method, seen.GetProperty("method").GetString());
        Assert.Equal("/echo/a#b%2Fc", seen.GetProperty("path").GetString());
        Assert.Equal("a#b/c", seen.GetProperty("name").GetString()!.Replace("%2F", "/", StringComparison.Ordinal));
        Assert.Equal("?d=e%20f&g", seen.GetProperty("query").GetString());
        Assert.Equal(method == "GET" ? "" : body, seen.GetProperty("body").GetString());
        Assert.Equal("kept ü", seen.GetProperty("headers").GetProperty("X-Own").GetString());
        Assert.Equal("Bearer token", seen.GetProperty("headers").GetProperty("Authorization").GetString());
    }

    [Fact]
    public async Task The_host_adds_what_Azure_adds_whatever_the_client_claims()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/echo/x");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.7");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "https");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "evil.example");
        request.Headers.TryAddWithoutValidation("x-ms-invocation-id", "made up");
        var seen = await host.EchoAsync(request);
        // The worker's defaults consume what the host added.
        Assert.Equal("127.0.0.1", seen.GetProperty("address").GetString());
        Assert.Equal("http", seen.GetProperty("scheme").GetString());
        Assert.Equal(host.Http.BaseAddress!.Authority, seen.GetProperty("host").GetString());
        Assert.Equal("203.0.113.7", seen.GetProperty("headers").GetProperty("X-Forwarded-For").GetString());
        Assert.True(Guid.TryParse(seen.GetProperty("headers").GetProperty("x-ms-invocation-id").GetString(), out _));
    }

    [Fact]
    public async Task The_function_whose_name_comes_first_gets_the_request()
    {
        Assert.Equal("AFirst", await host.Http.GetStringAsync(new Uri("/order/literal", UriKind.Relative)));
        using var posted = await host.Http.PostAsync(new Uri("/order/literal", UriKind.Relative), null);
        Assert.Equal("BSecond", await posted.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("//echo/x")]
    [InlineData("/order/a/b")]
    [InlineData("/open")]
    [InlineData("/admin/functions/Hourly")]
    public async Task What_no_function_takes_is_not_found(string path)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.Http.BaseAddress!.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 404 ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slash_at_the_end_is_no_part_of_a_route() => Assert.Equal(HttpStatusCode.OK, await host.StatusAsync("/echo/x/"));

    [Fact]
    public async Task Every_answer_has_the_headers_of_host_json()
    {
        foreach (var path in (string[])["/echo/x", "/nowhere", "/throw"])
        {
            using var answer = await host.Http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal("of host.json", Assert.Single(answer.Headers.GetValues("X-Test")));
        }
    }

    [Fact]
    public async Task A_function_that_is_not_anonymous_wants_the_key()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StatusAsync("/keyed"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/keyed");
        request.Headers.Add("x-functions-key", RunningHost.MasterKey);
        using var answer = await host.Http.SendAsync(request);
        Assert.Equal("open", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_function_that_throws_is_a_500_and_is_logged()
    {
        Assert.Equal(HttpStatusCode.InternalServerError, await host.StatusAsync("/throw"));
        await host.SaysAsync("Throw failed");
        await host.SaysAsync("It was meant to fail.");
    }

    [Fact]
    public async Task A_function_that_throws_after_half_of_its_answer_breaks_the_connection()
    {
        using var answer = await host.Http.GetAsync(new Uri("/throw-late", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_caller_who_goes_away_cancels_the_function()
    {
        using var leave = new CancellationTokenSource();
        var call = host.Http.GetAsync(new Uri("/wait", UriKind.Relative), leave.Token);
        await host.SaysAsync("Wait begins");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await host.SaysAsync("Wait was cancelled");
    }

    [Fact]
    public async Task Many_requests_at_once_get_their_own_answers()
    {
        await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/echo/{i}") { Content = new StringContent($"body {i}") };
            var seen = await host.EchoAsync(request);
            Assert.Equal($"{i} body {i}", $"{seen.GetProperty("name").GetString()} {seen.GetProperty("body").GetString()}");
        });
    }

    private HttpClient Utf8Client() =>
        new(new SocketsHttpHandler { UseProxy = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        {
            BaseAddress = host.Http.BaseAddress,
        };
}
