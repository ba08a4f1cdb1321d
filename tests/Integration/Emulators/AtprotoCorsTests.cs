using System.Net.Http.Headers;
using System.Text;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>What a browser lets a page call and read.</summary>
public sealed class AtprotoCorsTests : AtprotoFixture
{
    private const string Page = "https://app.example.com";
    private const string NewAccount = """{"handle":"page.test"}""";

    [Theory]
    [InlineData("GET", "/_health", 200)]
    [InlineData("GET", "/{did}", 200)]
    [InlineData("GET", "/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", 404)]
    [InlineData("GET", "/.well-known/did.json", 404)]
    [InlineData("GET", "/no/such/path", 404)]
    [InlineData("POST", "/_health", 405)]
    [InlineData("GET", "/xrpc/com.atproto.identity.resolveHandle?handle={handle}", 200)]
    [InlineData("GET", "/xrpc/com.atproto.identity.resolveHandle?handle=nobody.test", 400)]
    [InlineData("GET", "/xrpc/com.atproto.server.getServiceAuth?aud=did:web:example.com", 401)]
    [InlineData("POST", "/xrpc/com.atproto.server.createSession", 400)]
    [InlineData("GET", "/xrpc/a.b.c", 401)]
    public async Task Any_page_can_read_every_response(string verb, string path, int status)
    {
        var account = Emulator.CreateAccount(NewHandle());
        using var request = new HttpRequestMessage(new HttpMethod(verb), path
            .Replace("{did}", account.Did, StringComparison.Ordinal)
            .Replace("{handle}", account.Handle, StringComparison.Ordinal));
        using var response = await SendAsync(request, Page);
        Assert.Equal(status, (int)response.StatusCode);
        AssertAnyPageCanRead(response);
    }

    [Fact]
    public async Task Any_page_can_read_proxied_responses()
    {
        using var service = new Service();
        service.Endpoint = service.Origin;
        foreach (var (name, status) in new[] { ("#some_service", 200), ("#other_service", 400) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/xrpc/a.b.c");
            request.Headers.Authorization =
                new AuthenticationHeaderValue("Bearer", Emulator.CreateAccount(NewHandle()).AccessToken);
            request.Headers.Add("atproto-proxy", service.Did + name);
            using var response = await SendAsync(request, Page);
            Assert.Equal(status, (int)response.StatusCode);
            AssertAnyPageCanRead(response);
        }
    }

    [Theory]
    [InlineData(LookupFault.Unavailable, 503)]
    [InlineData(LookupFault.TooManyRequests, 429)]
    public async Task Any_page_can_read_a_lookup_fault(LookupFault fault, int status)
    {
        Emulator.LookupFault = fault;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
        using var response = await SendAsync(request, Page);
        Assert.Equal(status, (int)response.StatusCode);
        AssertAnyPageCanRead(response);
    }

    [Fact]
    public async Task Any_page_can_read_why_its_body_was_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/xrpc/com.atproto.server.createSession");
        request.Content = new ByteArrayContent(new byte[31 * 1024 * 1024]); // Kestrel's limit is 30,000,000.
        request.Headers.ExpectContinue = true;
        using var response = await SendAsync(request, Page);
        Assert.Equal(413, (int)response.StatusCode);
        AssertAnyPageCanRead(response);
    }

    [Theory]
    [InlineData("GET", "/_health")]
    [InlineData("GET", "/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("GET", "/.well-known/did.json")]
    [InlineData("GET", "/no/such/path")]
    [InlineData("GET", "/xrpc/com.atproto.server.getServiceAuth")]
    [InlineData("POST", "/xrpc/com.atproto.server.createSession")]
    [InlineData("POST", "/xrpc/com.atproto.repo.putRecord")]
    [InlineData("POST", "/xrpc/a.b.c")]
    public async Task A_preflight_allows_the_headers_of_clients(string verb, string path)
    {
        using var response = await PreflightAsync(verb, path, Page);
        Assert.Equal(204, (int)response.StatusCode);
        Assert.Equal("*", Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal("GET,POST", Header(response, "Access-Control-Allow-Methods"));
        Assert.Equal(
            "Authorization,Content-Type,Accept,atproto-proxy,atproto-accept-labelers",
            Header(response, "Access-Control-Allow-Headers"));
        Assert.Equal("86400", Header(response, "Access-Control-Max-Age"));
    }

    [Theory]
    [InlineData("http://localhost:3000")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://[::1]:5173")]
    public async Task A_page_of_this_machine_can_create_accounts(string page)
    {
        using (var preflight = await PreflightAsync("POST", "/accounts", page))
        {
            Assert.Equal(page, Header(preflight, "Access-Control-Allow-Origin"));
            Assert.Equal("Origin", Header(preflight, "Vary"));
        }

        using var response = await CreateAccountAsync(page, "application/json");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(page, Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal("Origin", Header(response, "Vary"));
    }

    [Theory]
    [InlineData(Page)]
    [InlineData("null")]
    [InlineData("https://localhost:3000")]
    [InlineData("http://localhost.example.com:3000")]
    [InlineData("http://127.0.0.1.example.com")]
    [InlineData("http://192.168.0.1:3000")]
    [InlineData("file://")]
    public async Task Another_page_cannot_create_accounts(string page)
    {
        using (var preflight = await PreflightAsync("POST", "/accounts", page))
            Assert.Null(Header(preflight, "Access-Control-Allow-Origin"));

        // A browser sends text/plain without a preflight.
        foreach (var type in new[] { "application/json", "text/plain" })
        {
            using var response = await CreateAccountAsync(page, type);
            Assert.Equal(403, (int)response.StatusCode);
            Assert.Null(Header(response, "Access-Control-Allow-Origin"));
            Assert.Equal(
                """{"error":"Forbidden","message":"Only pages of this machine can create accounts."}""",
                await response.Content.ReadAsStringAsync());
        }

        Assert.Equal(400, (await Http.QueryAsync("com.atproto.identity.resolveHandle", "handle=page.test")).Status);
    }

    private static void AssertAnyPageCanRead(HttpResponseMessage response)
    {
        Assert.Equal("*", Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal(
            "Retry-After,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset,RateLimit-Policy",
            Header(response, "Access-Control-Expose-Headers"));
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    private async Task<HttpResponseMessage> CreateAccountAsync(string page, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/accounts");
        request.Content = new StringContent(NewAccount, Encoding.UTF8, type);
        return await SendAsync(request, page);
    }

    private async Task<HttpResponseMessage> PreflightAsync(string verb, string path, string page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Access-Control-Request-Method", verb);
        request.Headers.Add("Access-Control-Request-Headers", "authorization,atproto-proxy");
        return await SendAsync(request, page);
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string page)
    {
        request.Headers.Add("Origin", page);
        return Http.SendAsync(request);
    }
}
