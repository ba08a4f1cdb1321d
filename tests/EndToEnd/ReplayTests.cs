using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Single-use tokens: on two instances, and when the storage fails.</summary>
public sealed class ReplayTests(ReplayTests.Instances instances) : IClassFixture<ReplayTests.Instances>
{
    private readonly Stack _stack = instances.Stack;
    private readonly Api _changesOnce = instances.ChangesOnce;
    private readonly Api _allOnce = instances.AllOnce;
    private readonly Api _allOnceToo = instances.AllOnceToo;
    private readonly string _alice = instances.ChangesOnce.NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task When_changes_are_guarded_a_token_can_read_often_and_change_once()
    {
        var read = _changesOnce.Token(_alice, "group.getKey");
        (await ReadAsync(_changesOnce, read)).Ok();
        (await ReadAsync(_changesOnce, read)).Ok();

        var rotate = _changesOnce.Token(_alice, "group.rotateKey");
        (await RotateAsync(_changesOnce, rotate)).Ok();
        var again = (await RotateAsync(_changesOnce, rotate)).Is(401, "NonceNotUnique");
        Assert.Equal("Bearer error=\"NonceNotUnique\"", again.Header("WWW-Authenticate"));
        Assert.Equal(2, (await ReadAsync(_changesOnce, read)).Ok().Int("version"));
    }

    [Fact]
    public async Task When_all_calls_are_guarded_one_of_many_instances_accepts_a_token()
    {
        var token = _allOnce.Token(_alice, "group.getKey");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(i => ReadAsync(i % 2 == 0 ? _allOnce : _allOnceToo, token)));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.Is(401, "NonceNotUnique"));
    }

    [Fact]
    public async Task Clients_are_told_that_a_token_can_be_used_once()
    {
        Assert.Contains("oneTokenPerChange", (await _changesOnce.GetAsync("server.describeServer", null)).Ok().Text,
            StringComparison.Ordinal);
        Assert.Contains("oneTokenPerCall", (await _allOnce.GetAsync("server.describeServer", null)).Ok().Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_accounts_can_use_the_same_nonce()
    {
        var bob = _allOnce.NewAccount();
        foreach (var account in new[] { _alice, bob })
        {
            var token = _allOnce.Token(
                account, "keypair.getKeypair", new TokenOptions { EditPayload = claims => claims["jti"] = "same" });
            (await SendAsync(_allOnce, HttpMethod.Get, "keypair.getKeypair", token)).Ok();
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    [InlineData("")]
    public async Task A_token_without_a_required_nonce_is_refused(object? nonce)
    {
        var options =
            new TokenOptions { EditPayload = claims => claims["jti"] = JsonSerializer.SerializeToNode(nonce) };
        (await ReadAsync(_allOnce, _allOnce.Token(_alice, "group.getKey", options))).Is(401, "BadJwt");
        (await ReadAsync(_changesOnce, _changesOnce.Token(_alice, "group.getKey", options))).Ok();
    }

    [Fact]
    public async Task When_the_storage_fails_the_response_is_503()
    {
        (await ReadAsync(_allOnce, _allOnce.Token(_alice, "group.getKey"))).Ok();
        _stack.Azurite.Pause();
        try
        {
            (await ReadAsync(_allOnce, _allOnce.Token(_alice, "group.getKey"))).Is(503, "UpstreamFailure");
        }
        finally
        {
            _stack.Azurite.Resume();
        }

        (await ReadAsync(_allOnce, _allOnce.Token(_alice, "group.getKey"))).Ok();
    }

    [Fact]
    public async Task Only_tables_of_past_days_are_dropped()
    {
        (await ReadAsync(_allOnce, _allOnce.Token(_alice, "group.getKey"))).Ok();
        var storage = new TableServiceClient(_stack.Azurite.ConnectionString);
        var today = TimeProvider.System.GetUtcNow();
        var (kept, over) = ($"accesslog{today.AddDays(-90):yyyyMMdd}", $"accesslog{today.AddDays(-91):yyyyMMdd}");
        foreach (var name in new[] { "replay20200101", kept, over })
            await storage.CreateTableIfNotExistsAsync(name);
        await Timers.StartAsync(_allOnce, "DropOldTables");
        await Eventually.TrueAsync(
            async () => !(await TableNamesAsync()).Any(name => name == "replay20200101" || name == over));
        // Again, with nothing to do.
        await Timers.StartAsync(_allOnce, "DropOldTables");

        var tables = await TableNamesAsync();
        Assert.Contains(kept, tables);
        Assert.Contains(tables, name => name.StartsWith("replay", StringComparison.Ordinal));
        Assert.Contains("groups", tables);
    }

    private async Task<List<string>> TableNamesAsync()
    {
        var names = new List<string>();
        await foreach (var table in new TableServiceClient(_stack.Azurite.ConnectionString).QueryAsync())
            names.Add(table.Name);
        return names;
    }

    private Task<Answer> ReadAsync(Api api, string token) =>
        SendAsync(api, HttpMethod.Get, $"group.getKey?group_id={Uri.EscapeDataString(Group)}", token);

    private Task<Answer> RotateAsync(Api api, string token) =>
        SendAsync(api, HttpMethod.Post, "group.rotateKey", token, JsonSerializer.Serialize(new { group_id = Group }));

    private static async Task<Answer> SendAsync(
        Api api, HttpMethod verb, string method, string token, string? body = null)
    {
        using var request = new HttpRequestMessage(verb, $"/xrpc/{Api.A}{method}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await api.SendAsync(request);
    }

    /// <summary>One instance that guards changes, two that guard all calls.</summary>
    public sealed class Instances : IAsyncLifetime, IDisposable
    {
        public Stack Stack { get; private set; } = null!;

        public Api ChangesOnce { get; private set; } = null!;

        public Api AllOnce { get; private set; } = null!;

        public Api AllOnceToo { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Stack = await Stack.StartAsync(new StackOptions { Environment = Setting("Procedures") });
            ChangesOnce = new Api(Stack);
            AllOnce = new Api(Stack, (await Stack.StartInstanceAsync(Setting("All"))).Origin);
            AllOnceToo = new Api(Stack, (await Stack.StartInstanceAsync(Setting("All"))).Origin);
        }

        public async Task DisposeAsync()
        {
            Dispose();
            await Stack.DisposeAsync();
        }

        public void Dispose()
        {
            ChangesOnce.Dispose();
            AllOnce.Dispose();
            AllOnceToo.Dispose();
        }

        private static Dictionary<string, string> Setting(string replay) => new()
        {
            ["Keyserver__Replay"] = replay,
            ["Keyserver__RateLimits__Enabled"] = "false",
        };
    }
}
