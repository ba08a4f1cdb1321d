using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// A web client in a real browser, on another origin than the server: what the browser lets it send and read.
/// </summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed class BrowserTests(KeyserverFixture keyserver)
{
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task Keys_are_read_and_rotated()
    {
        var outcomes = await BrowserPage.RunAsync(
            GetKey(keyserver.Api, _alice),
            Rotate(JsonSerializer.Serialize(new { group_id = Group, expected_version = 1 })),
            GetKey(keyserver.Api, _alice));

        var (first, rotated, second) = (outcomes[0].Is(200).Body, outcomes[1].Is(200).Body, outcomes[2].Is(200).Body);
        Assert.Equal((Group, 1), (first.GetProperty("groupId").GetString(), first.GetProperty("version").GetInt32()));
        Assert.Matches("^[0-9a-f]{64}$", first.GetProperty("secretKey").GetString());
        Assert.Equal(
            (1, 2), (rotated.GetProperty("oldVersion").GetInt32(), rotated.GetProperty("newVersion").GetInt32()));
        Assert.Equal(2, second.GetProperty("version").GetInt32());
        Assert.NotEqual(first.GetProperty("secretKey").GetString(), second.GetProperty("secretKey").GetString());
    }

    [Fact]
    public async Task Refusals_can_be_read()
    {
        var outcomes = await BrowserPage.RunAsync(
            GetKey(keyserver.Api, _alice) with { Headers = Bearer(keyserver.Api.Token(_alice, "group.rotateKey")) },
            GetKey(keyserver.Api, _alice) with { Headers = new Dictionary<string, string>() },
            GetKey(keyserver.Api, _bob),
            Rotate("not even JSON"));

        IsError(outcomes[0], 401, "BadJwtLexiconMethod");
        IsError(outcomes[1], 401, "AuthenticationRequired");
        IsError(outcomes[2], 403, "Forbidden");
        IsError(outcomes[3], 400, "InvalidRequest");
    }

    [Fact]
    public async Task A_rate_limited_client_can_read_how_long_to_wait()
    {
        await using var stack = await Stack.StartAsync(new StackOptions
        {
            Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__ReadsPerMinute"] = "1" },
        });
        using var api = new Api(stack);
        var carol = api.NewAccount();
        var call = GetKey(api, carol) with { Url = KeyOf(stack.App, $"{carol}#friends") };
        var outcomes = await BrowserPage.RunAsync(call, call);

        outcomes[0].Is(200);
        IsError(outcomes[1], 429, "RateLimitExceeded");
        Assert.InRange(int.Parse(outcomes[1].Header("Retry-After")!), 1, 60);
        Assert.Equal(outcomes[1].Header("Retry-After"), outcomes[1].Header("RateLimit-Reset"));
        Assert.Equal(
            ("1", "0", "1;w=60"),
            (outcomes[1].Header("RateLimit-Limit"), outcomes[1].Header("RateLimit-Remaining"),
                outcomes[1].Header("RateLimit-Policy")));
    }

    [Fact]
    public async Task The_browser_sends_one_preflight_for_calls_with_a_token()
    {
        await using var door = await RecordingProxy.StartAsync(keyserver.Stack.App);
        var call = GetKey(keyserver.Api, _alice) with { Url = KeyOf(new Uri($"http://127.0.0.1:{door.Port}/"), Group) };
        Assert.All(await BrowserPage.RunAsync(call, call), outcome => outcome.Is(200));

        const string method = Api.A + "group.getKey";
        Assert.Equal([$"OPTIONS {method}", $"GET {method}", $"GET {method}"], door.Take());
    }

    [Fact]
    public async Task A_page_cannot_read_responses_to_requests_with_cookies()
    {
        var outcomes = await BrowserPage.RunAsync(
            new BrowserPage.Call(new Uri(keyserver.Stack.App, "xrpc/_health")),
            new BrowserPage.Call(new Uri(keyserver.Stack.App, "xrpc/_health")) { Credentials = "include" });

        outcomes[0].Is(200);
        Assert.Contains("Failed to fetch", outcomes[1].Is(0).Text, StringComparison.Ordinal);
    }

    private static void IsError(BrowserPage.Outcome outcome, int status, string error)
    {
        Assert.Equal(error, outcome.Is(status).Body.GetProperty("error").GetString());
        Assert.Equal(status == 401 ? $"Bearer error=\"{error}\"" : null, outcome.Header("WWW-Authenticate"));
    }

    private static Uri KeyOf(Uri origin, string group) =>
        new(origin, $"xrpc/{Api.A}group.getKey?group_id={Uri.EscapeDataString(group)}");

    private static Dictionary<string, string> Bearer(string token) => new() { ["Authorization"] = $"Bearer {token}" };

    private BrowserPage.Call GetKey(Api api, string caller) =>
        new(KeyOf(keyserver.Stack.App, Group)) { Headers = Bearer(api.Token(caller, "group.getKey")) };

    private BrowserPage.Call Rotate(string body) => new(new Uri(keyserver.Stack.App, $"xrpc/{Api.A}group.rotateKey"))
    {
        Method = "POST",
        Headers = new Dictionary<string, string>(Bearer(keyserver.Api.Token(_alice, "group.rotateKey")))
        {
            ["Content-Type"] = "application/json",
        },
        Body = body,
    };
}
