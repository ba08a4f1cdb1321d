using System.Net.Http.Headers;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// Responses of read-only and offline instances, method by method, while a third one works normally on the same
/// storage.
/// </summary>
public sealed class KillSwitchTests(KillSwitchTests.Instances instances) : IClassFixture<KillSwitchTests.Instances>
{
    [Theory]
    [MemberData(nameof(Methods.All), MemberType = typeof(Methods))]
    public async Task A_read_only_server_answers_queries_and_refuses_procedures(string method)
    {
        var answer = await instances.ReadOnly.CallAsync(method, instances.Alice, instances.Group, instances.Alice);
        if (Methods.IsQuery(method))
            answer.Ok();
        else
            Assert.Equal("60", answer.Is(503, "ServiceReadOnly").Header("Retry-After"));
    }

    [Theory]
    [MemberData(nameof(Methods.All), MemberType = typeof(Methods))]
    public async Task An_offline_server_refuses_all_methods_except_its_description(string method)
    {
        var answer = await instances.Offline.CallAsync(method, instances.Alice, instances.Group, instances.Alice);
        if (method == "server.describeServer")
            answer.Ok();
        else
            Assert.Equal("60", answer.Is(503, "ServiceOffline").Header("Retry-After"));
    }

    [Theory]
    [MemberData(nameof(Methods.OfAccounts), MemberType = typeof(Methods))]
    public async Task An_offline_server_checks_no_token(string method)
    {
        using var request = new HttpRequestMessage(
            Methods.IsQuery(method) ? HttpMethod.Get : HttpMethod.Post, $"/xrpc/{Api.A}{method}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "none");
        (await instances.Offline.SendAsync(request)).Is(503, "ServiceOffline");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/.well-known/did.json")]
    [InlineData("/xrpc/_health")]
    public async Task An_offline_server_serves_its_identity(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        (await instances.Offline.SendAsync(request)).Ok();
    }

    [Fact]
    public async Task The_features_include_the_mode()
    {
        Assert.Empty(await ModesAsync(instances.Normal));
        Assert.Equal("readOnly", await ModesAsync(instances.ReadOnly));
        Assert.Equal("offline", await ModesAsync(instances.Offline));

        static async Task<string> ModesAsync(Api api) => string.Join(
            ',',
            (await api.GetAsync("server.describeServer", null)).Ok().Json.GetProperty("features").EnumerateArray()
                .Select(feature => feature.GetString()!).Where(feature => feature is "readOnly" or "offline"));
    }

    [Fact]
    public async Task A_query_that_would_create_something_is_refused()
    {
        var newcomer = instances.Normal.NewAccount();
        var group = $"{newcomer}#friends";
        var rows = await CountRowsAsync();
        (await instances.ReadOnly.GetAsync("keypair.getKeypair", newcomer)).Is(503, "ServiceReadOnly");
        (await instances.ReadOnly.GetAsync("keypair.getPublicKey", null, ("did", newcomer))).Is(503, "ServiceReadOnly");
        (await instances.ReadOnly.GetAsync("group.getKey", newcomer, ("group_id", group))).Is(503, "ServiceReadOnly");
        (await instances.ReadOnly.GetAsync("group.getKey", instances.Alice, ("group_id", $"{instances.Alice}#new")))
            .Is(503, "ServiceReadOnly");
        Assert.Equal(404, (await instances.ReadOnly.HeadAsync("keypair.getKeypair", newcomer)).Status);
        Assert.Equal(rows, await CountRowsAsync());

        (await instances.Normal.GetAsync("group.getKey", newcomer, ("group_id", group))).Ok();
        (await instances.ReadOnly.GetAsync("group.getKey", newcomer, ("group_id", group))).Ok();
    }

    [Fact]
    public async Task A_read_of_a_read_only_server_is_logged()
    {
        var bob = instances.Normal.NewAccount();
        (await instances.Normal.GetAsync("keypair.getKeypair", bob)).Ok();
        (await instances.ReadOnly.GetAsync("keypair.getKeypair", bob)).Ok();
        var entries = (await instances.ReadOnly.GetAsync("keypair.getAccessLog", bob)).Ok().Json.GetProperty("entries");
        Assert.Equal(["read", "read", "create"],
            entries.EnumerateArray().Select(entry => entry.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task A_server_with_an_unknown_mode_does_not_start()
    {
        var start = await Assert.ThrowsAnyAsync<Exception>(() => instances.StartAsync("Sometimes"));
        Assert.Contains("Keyserver__Mode", start.ToString(), StringComparison.Ordinal);
    }

    /// <summary>All rows except the access log.</summary>
    private async Task<int> CountRowsAsync() =>
        (await new StorageView(instances.Stack).AllAsync())
            .Count(row => !row.Table.StartsWith("accesslog", StringComparison.Ordinal));

    /// <summary>One stack with an instance for each mode, and Alice with a keypair and a group.</summary>
    public sealed class Instances : KeyserverFixture
    {
        public Api Normal => Api;

        public Api ReadOnly { get; private set; } = null!;

        public Api Offline { get; private set; } = null!;

        public string Alice { get; private set; } = "";

        public string Group => $"{Alice}#friends";

        public async Task<Api> StartAsync(string mode) =>
            new(Stack,
                (await Stack.StartInstanceAsync(new Dictionary<string, string> { ["Keyserver__Mode"] = mode })).Origin);

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            (ReadOnly, Offline) = (await StartAsync("ReadOnly"), await StartAsync("offline"));
            Alice = Normal.NewAccount();
            (await Normal.GetAsync("keypair.getKeypair", Alice)).Ok();
            (await Normal.GetAsync("group.getKey", Alice, ("group_id", Group))).Ok();
        }

        public override async Task DisposeAsync()
        {
            ReadOnly?.Dispose();
            Offline?.Dispose();
            await base.DisposeAsync();
        }
    }
}
