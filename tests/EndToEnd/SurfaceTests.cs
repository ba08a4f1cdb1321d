using System.Text;
using AtpKeyserver.Observability;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>The public surface: unnamed pages, headers, preflights, HEAD.</summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed class SurfaceTests(KeyserverFixture keyserver)
{
    private static readonly string[] Exposed =
        ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy", "Retry-After",
            "WWW-Authenticate"];

    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();

    public static TheoryData<string> Pages =>
        ["/", "/.well-known/did.json", "/xrpc/_health", $"/xrpc/{Api.A}server.describeServer"];

    /// <summary>Successful responses and every kind of refusal.</summary>
    public static TheoryData<string, string, int> Answers => new()
    {
        { "GET", "/", 200 }, { "GET", "/.well-known/did.json", 200 }, { "GET", "/xrpc/_health", 200 },
        { "OPTIONS", "/", 204 },
        { "GET", $"/xrpc/{Api.A}server.describeServer", 200 }, { "GET", $"/xrpc/{Api.A}keypair.getPublicKey", 400 },
        { "GET", $"/xrpc/{Api.A}keypair.getKeypair", 401 }, { "GET", "/nowhere", 404 },
        { "GET", "/.well-known/security.txt", 404 },
        { "DELETE", "/", 405 }, { "GET", "/xrpc/nothing", 501 },
    };

    [Fact]
    public async Task The_root_describes_the_server()
    {
        var root = (await GetAsync("/")).Ok();
        Assert.Equal(["name", "version"], root.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal((Product.Name, Product.Version), (root.String("name"), root.String("version")));
    }

    [Fact]
    public async Task Health_includes_the_version() =>
        Assert.Equal($$"""{"version":"{{Product.Version}}"}""", (await GetAsync("/xrpc/_health")).Ok().Text);

    [Fact]
    public async Task The_DID_document_names_one_service_at_our_origin()
    {
        var document = (await GetAsync("/.well-known/did.json")).Ok();
        Assert.Equal(
            $$$"""
            {"@context":["https://www.w3.org/ns/did/v1"],"id":"{{{_api.Did}}}","service":[
            {"id":"#atp_keyserver","type":"AtpKeyserver",
            "serviceEndpoint":"{{{keyserver.Stack.App.GetLeftPart(UriPartial.Authority)}}}"}]}
            """.ReplaceLineEndings(""),
            document.Text);
    }

    /// <summary>Several PDSs append the path to the endpoint as text, and so does this one.</summary>
    [Fact]
    public async Task A_PDS_that_joins_endpoint_and_path_as_text_reaches_the_app()
    {
        var account = keyserver.Stack.Atproto.CreateAccount("joins-as-text.test");
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(keyserver.Stack.Atproto.Origin, $"/xrpc/{Api.A}keypair.getKeypair"));
        request.Headers.Authorization = new("Bearer", account.AccessToken);
        request.Headers.Add("atproto-proxy", $"{_api.Did}#atp_keyserver");
        Assert.Equal(1, (await _api.SendAsync(request)).Ok().Int("version"));
    }

    [Fact]
    public async Task The_server_describes_its_settings()
    {
        var description = (await _api.GetAsync("server.describeServer", null)).Ok();
        Assert.Equal((_api.Did, Product.Version), (description.String("did"), description.String("version")));
        Assert.Equal(90, description.Int("accessLogRetentionDays"));
        var features = description.Json.GetProperty("features").EnumerateArray().Select(feature => feature.GetString());
        Assert.Equal(
            ["keypairs", "groupKeys", "groupKeyBatches", "accessLog", "readAccessLog", "delegates", "lists", "deletion",
                "export", "strictAccessLog", "createKeypairOnPublicRead"],
            features);
        Assert.Equal("truncated", description.String("ipAddresses"));
        var limits = description.Json.GetProperty("limits");
        Assert.Equal((false, 16 * 1024),
            (limits.GetProperty("enabled").GetBoolean(), limits.GetProperty("maxBodyBytes").GetInt32()));
        Assert.Equal(100, limits.GetProperty("maxPageSize").GetInt32());
        Assert.False(limits.TryGetProperty("readsPerMinute", out _));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Every_response_has_the_security_and_CORS_headers(string verb, string path, int status)
    {
        var answer = await SendAsync(verb, path, ("Origin", "https://app.example.com"));
        Assert.Equal(status, answer.Status);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        // Set by the Functions host, here and on Azure.
        Assert.Equal("Kestrel", answer.Header("Server"));
        Assert.Null(answer.Header("X-Powered-By"));
        Assert.Null(answer.Header("Strict-Transport-Security"));
        var exposed = answer.Header("Access-Control-Expose-Headers")!.Split(", ");
        Assert.Empty(Exposed.Except(exposed));
        if (status >= 400)
            Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/xrpc/dev.atpkeyserver.alpha.group.getKey")]
    [InlineData("/xrpc/dev.atpkeyserver.alpha.group.rotateKey")]
    [InlineData("/xrpc/not.served")]
    public async Task A_preflight_allows_what_a_browser_requests(string path)
    {
        var answer = await SendAsync(
            "OPTIONS",
            path,
            ("Origin", "https://app.example.com"),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,content-type,atproto-proxy"));
        Assert.Equal((204, ""), (answer.Status, answer.Text));
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("GET, HEAD, POST", answer.Header("Access-Control-Allow-Methods"));
        Assert.Equal("authorization,content-type,atproto-proxy", answer.Header("Access-Control-Allow-Headers"));
        Assert.Equal("Access-Control-Request-Headers", answer.Header("Vary"));
    }

    [Fact]
    public async Task A_preflight_with_an_invalid_header_name_is_answered()
    {
        using var handler =
            new SocketsHttpHandler { UseProxy = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Options, keyserver.Stack.App);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "schlüssel");
        using var answer = await http.SendAsync(request);
        Assert.Equal(204, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Headers"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task HEAD_of_a_page_is_its_GET_without_the_body(string path)
    {
        var (get, head) = ((await GetAsync(path)).Ok(), await SendAsync("HEAD", path));
        Assert.Equal((200, ""), (head.Status, head.Text));
        Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
        Assert.Equal(get.Header("Content-Type"), head.Header("Content-Type"));
        Assert.Equal("application/json; charset=utf-8", head.Header("Content-Type"));
    }

    [Theory]
    [MemberData(nameof(Methods.Queries), MemberType = typeof(Methods))]
    public async Task HEAD_of_a_query_is_its_GET_without_the_body(string method)
    {
        var caller = Methods.IsForAnyone(method) ? null : _alice;
        var group = $"{_alice}#friends";
        (string, string)[] parameters = [("did", _alice), ("group_id", group), ("keys", group)];
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        (await _api.GetAsync("group.getKey", _alice, parameters)).Ok();
        var get = (await _api.GetAsync(method, caller, parameters)).Ok();
        var head = await _api.HeadAsync(method, caller, parameters);
        Assert.Equal((200, ""), (head.Status, head.Text));
        Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
        Assert.Equal(get.Header("Cache-Control"), head.Header("Cache-Control"));

        var refused = await _api.HeadAsync(method, caller, ("did", "x"), ("group_id", "x"), ("version", "x"));
        Assert.Equal("", refused.Text);
    }

    [Theory]
    [InlineData("keypair.getKeypair")]
    [InlineData("group.getKey")]
    [InlineData("group.getKeys")]
    public async Task A_secret_response_is_neither_cached_nor_compressed(string method)
    {
        var name = method == "group.getKeys" ? "keys" : "group_id";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}{method}?{name}={_alice}%23friends");
        request.Headers.Authorization = new("Bearer", _api.Token(_alice, method));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br, zstd");
        // As a PDS proxies it: no user agent, the caller's language.
        request.Headers.TryAddWithoutValidation("Accept-Language", "de");
        Assert.Empty(request.Headers.UserAgent);
        var answer = (await _api.SendAsync(request)).Ok();
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Null(answer.Header("Content-Encoding"));
        await Api.CheckAsync(method, answer.Json);
    }

    private Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    private async Task<Answer> SendAsync(string verb, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(verb), path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _api.SendAsync(request);
    }
}
