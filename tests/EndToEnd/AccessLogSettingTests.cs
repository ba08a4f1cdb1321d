using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// Effects of the access log settings: how much of an address is kept, and whether a response waits for its row.
/// </summary>
public sealed class AccessLogSettingTests(AccessLogSettingTests.Instances instances)
    : IClassFixture<AccessLogSettingTests.Instances>
{
    public static TheoryData<string, string, string?> Addresses => new()
    {
        { "Off", "198.51.100.77", null },
        { "Truncated", "198.51.100.77", "198.51.100.0/24" },
        { "Truncated", "2001:db8:1:2:3::4", "2001:db8:1::/48" },
        { "Full", "198.51.100.77", "198.51.100.77" },
        { "Full", "2001:db8:1:2:3::4", "2001:db8:1:2:3::4" },
    };

    public static TheoryData<string, string?> Agents => new()
    {
        { "client/1.0 (test)", "client/1.0 (test)" },
        { new string('a', 256), new string('a', 256) },
        { new string('a', 300), new string('a', 256) },
        // A surrogate pair is kept whole or not at all.
        { new string('a', 255) + "\ud83d\udd11", new string('a', 255) },
        { new string('a', 254) + "\ud83d\udd11b", new string('a', 254) + "\ud83d\udd11" },
        { "cli\u0085ent\u009b/1", "client/1" },
        { "\u0085", null },
        // Text that reverses or hides its neighbors in a list.
        { "a\u202eb\u200dc\ufeffd\ue000e\u2028f", "abcdef" },
        { "\u202e\u2066\u200b", null },
        { "Zürich/1 日本 🔑", "Zürich/1 日本 🔑" },
        { "", null },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task An_address_is_kept_as_the_setting_says(string setting, string address, string? kept)
    {
        var api = instances.With(setting);
        var alice = api.NewAccount();
        await ReadAsync(api, alice, address, "client/1");
        var entries = await EntriesAsync(api, alice);
        Assert.All(entries, entry => Assert.Equal(kept, Member(entry, "ip")));
        Assert.Equal(
            setting.ToLowerInvariant(), (await api.GetAsync("server.describeServer", null)).Ok().String("ipAddresses"));
        Assert.Equal(2, entries.Count);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_user_agent_is_kept_up_to_256_characters_without_control_characters(string agent, string? kept)
    {
        var api = instances.With("Off");
        var alice = api.NewAccount();
        await ReadAsync(api, alice, "198.51.100.77", agent);
        Assert.All(await EntriesAsync(api, alice), entry => Assert.Equal(kept, Member(entry, "user_agent")));
    }

    /// <summary>As sent by clients that only support Latin-1.</summary>
    [Fact]
    public async Task Invalid_UTF_8_in_a_user_agent_becomes_the_replacement_character()
    {
        var api = instances.With("Off");
        var alice = api.NewAccount();
        using var handler = new SocketsHttpHandler { UseProxy = false,
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1 };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get,
            new Uri(api.Origin, $"/xrpc/{Api.A}keypair.getKeypair"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", api.Token(alice, "keypair.getKeypair"));
        request.Headers.TryAddWithoutValidation("User-Agent", "Zürich/1");
        using var answer = await http.SendAsync(request);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.All(await EntriesAsync(api, alice), entry => Assert.Equal("Z\ufffdrich/1", Member(entry, "user_agent")));
    }

    [Fact]
    public async Task In_relaxed_mode_reads_are_logged_a_moment_later_and_a_graceful_stop_loses_none()
    {
        var strict = (await instances.With("Full").GetAsync("server.describeServer", null))
            .Ok().Json.GetProperty("features").EnumerateArray();
        Assert.Contains(strict, feature => feature.GetString() == "strictAccessLog");
        var (api, process) = await instances.StartRelaxedAsync();
        using (api)
        {
            var features = (await api.GetAsync("server.describeServer", null)).Ok().Json.GetProperty("features")
                .EnumerateArray();
            Assert.DoesNotContain(features, feature => feature.GetString() == "strictAccessLog");
            var alice = api.NewAccount();
            await Task.WhenAll(
                Enumerable.Range(0, 200).Select(async _ => (await api.GetAsync("keypair.getKeypair", alice)).Ok()));
            await process.StopAsync();

            var entries = new List<JsonElement>();
            for (string? cursor = null; entries.Count == 0 || cursor is not null;)
            {
                (string, string)[] more = cursor is null ? [] : [("cursor", cursor)];
                var page = (await instances.With("Full")
                    .GetAsync("keypair.getAccessLog", alice, [("limit", "100"), .. more])).Ok();
                entries.AddRange(page.Json.GetProperty("entries").EnumerateArray());
                cursor = Member(page.Json, "cursor");
            }

            Assert.Equal(200, entries.Count(entry => Member(entry, "action") == "read"));
            Assert.Single(entries, entry => Member(entry, "action") == "create");
        }
    }

    private static async Task ReadAsync(Api api, string caller, string address, string agent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}keypair.getKeypair");
        request.Headers.Authorization =
            new AuthenticationHeaderValue("Bearer", api.Token(caller, "keypair.getKeypair"));
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        (await api.SendAsync(request)).Ok();
    }

    private static async Task<List<JsonElement>> EntriesAsync(Api api, string caller) =>
        [.. (await api.GetAsync("keypair.getAccessLog", caller)).Ok().Json.GetProperty("entries").EnumerateArray()];

    private static string? Member(JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) ? member.GetString() : null;

    /// <summary>An instance for each address setting.</summary>
    public sealed class Instances : IAsyncLifetime
    {
        private readonly Dictionary<string, Api> _apis = [];
        private Stack _stack = null!;

        public Api With(string addresses) => _apis[addresses];

        public async Task<(Api Api, AppProcess Process)> StartRelaxedAsync()
        {
            var process = await _stack.StartInstanceAsync(
                new Dictionary<string, string> { ["Keyserver__AccessLog__Strict"] = "false" });
            return (new Api(_stack, process.Origin), process);
        }

        public async Task InitializeAsync()
        {
            _stack = await Stack.StartAsync(new StackOptions
            {
                Environment = new Dictionary<string, string>
                {
                    ["Keyserver__RateLimits__Enabled"] = "false",
                    // The local host counts as one proxy, and these tests add another.
                    ["Keyserver__RateLimits__TrustedProxies"] = "2",
                    ["Keyserver__AccessLog__IpAddresses"] = "Off",
                },
            });
            _apis["Off"] = NewApi(_stack.App);
            foreach (var setting in (string[])["Truncated", "Full"])
            {
                var environment = new Dictionary<string, string> { ["Keyserver__AccessLog__IpAddresses"] = setting };
                _apis[setting] = NewApi((await _stack.StartInstanceAsync(environment)).Origin);
            }
        }

        public async Task DisposeAsync()
        {
            foreach (var api in _apis.Values)
                api.Dispose();
            await _stack.DisposeAsync();
        }

        private Api NewApi(Uri origin) => new(_stack, origin);
    }
}
