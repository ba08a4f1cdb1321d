using System.Diagnostics;
using System.Security.Cryptography;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Small budgets: an exhausted budget affects its caller only.</summary>
public sealed class LimitTests(LimitTests.SmallBudgets keyserver) : IClassFixture<LimitTests.SmallBudgets>
{
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    private static int _addresses;

    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _address = NewAddress();

    [Fact]
    public async Task Reads_are_counted_per_caller()
    {
        IsLimited(await SpendAsync(5, () => ReadAsync(_alice, NewAddress()), answer => answer.Ok()), 5, "5;w=60");
        (await _api.PostAsync("group.addMember", _alice, new { group_id = $"{_alice}#a", member_did = _bob }))
            .Is(404, "GroupNotFound");
        (await ReadAsync(_bob, _address)).Ok();
    }

    [Fact]
    public async Task Each_key_of_a_call_is_counted_as_a_read()
    {
        var group = await ShareAsync();
        Assert.Equal(5, Count(await GetKeysAsync(group, 5)));
        IsLimited(await ReadAsync(_alice, _address), 5, "5;w=60");
    }

    [Fact]
    public async Task A_call_for_more_keys_than_the_budget_allows_returns_and_logs_none()
    {
        var group = await ShareAsync();
        Assert.Equal(3, Count(await GetKeysAsync(group, 3)));
        IsLimited(await GetKeysAsync(group, 3), 5, "5;w=60");
        Assert.Equal(
            3,
            (await _api.GetAsync("group.getAccessLog", _bob, ("group_id", group))).Ok().Json.GetProperty("entries")
                .EnumerateArray().Count(entry => entry.GetProperty("did").GetString() == _alice));
    }

    [Fact]
    public async Task A_call_for_more_keys_than_a_full_budget_takes_all_of_it()
    {
        var group = await ShareAsync();
        Assert.Equal(100, Count(await GetKeysAsync(group, 100)));
        IsLimited(await ReadAsync(_alice, _address), 5, "5;w=60");
    }

    [Fact]
    public async Task A_call_for_more_members_than_a_full_budget_takes_all_of_it()
    {
        var group = $"{_alice}#a";
        (await _api.GetAsync("group.getKey", _alice, ("group_id", group))).Ok();
        string[] members = [.. Enumerable.Range(0, 90).Select(_ => _api.NewAccount())];
        var input = new { group_id = group, member_dids = members };
        (await _api.PostAsync("group.addMembers", _alice, input)).Ok();
        IsLimited(await _api.PostAsync("group.removeMembers", _alice, input), 3, "3;w=60");
    }

    [Fact]
    public async Task A_malformed_call_for_keys_is_counted_as_one_read()
    {
        var group = await ShareAsync();
        (await _api.GetAsync("group.getKeys", _alice, ("keys", group), ("keys", group), ("keys", "")))
            .Is(400, "InvalidRequest");
        Assert.Equal(4, Count(await GetKeysAsync(group, 4)));
    }

    [Fact]
    public async Task Refusals_of_a_call_for_keys_are_counted_per_group()
    {
        string[] groups = [.. Enumerable.Range(0, 4).Select(_ => $"{_api.NewAccount()}#none")];
        var answer = (await _api.GetAsync("group.getKeys", _alice, [.. groups.Select(group => ("keys", group))])).Ok();
        Assert.Equal(
            ["Forbidden", "Forbidden", "RateLimitExceeded", "RateLimitExceeded"],
            answer.Json.GetProperty("keys").EnumerateArray()
                .Select(entry => entry.GetProperty("error").GetString()!).Order());
    }

    [Fact]
    public async Task Changes_are_counted_separately_from_reads()
    {
        IsLimited(
            await SpendAsync(3, () => _api.PostAsync("keypair.rotate", _alice, null),
                answer => answer.Is(404, "KeyVersionNotFound")), 3, "3;w=60");
        IsLimited(await _api.PostAsync("group.rotateKey", _alice, "not even JSON"), 3, "3;w=60");
        (await ReadAsync(_alice, _address)).Ok();
        (await _api.PostAsync("keypair.rotate", _bob, null)).Is(404, "KeyVersionNotFound");
    }

    [Fact]
    public async Task Additions_are_counted_per_pair_of_accounts_and_day()
    {
        foreach (var group in new[] { "a", "b" })
            (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{_alice}#{group}"))).Ok();
        (await _api.PostAsync("group.addMember", _alice, new { group_id = $"{_alice}#a", member_did = _bob })).Ok();
        var limited =
            await _api.PostAsync("group.addMember", _alice, new { group_id = $"{_alice}#b", member_did = _bob });
        limited.Is(429, "RateLimitExceeded");
        Assert.Equal("1;w=86400", limited.Header("RateLimit-Policy"));
        var other = _api.NewAccount();
        (await _api.PostAsync("group.addMember", _alice, new { group_id = $"{_alice}#b", member_did = other })).Ok();
        Assert.Equal(
            1, (await _api.GetAsync("group.listGroups", _bob)).Ok().Json.GetProperty("groups").GetArrayLength());
    }

    [Fact]
    public async Task Calls_without_a_token_are_counted_per_address()
    {
        var call = 0;
        string[] paths = ["/", "/xrpc/not.served", "/.well-known/did.json"];
        IsLimited(await SpendAsync(10, () => SendAsync(paths[call++ % paths.Length], null, _address), _ => { }), 10,
            "10;w=60");
        IsLimited(await SendAsync($"/xrpc/{Api.A}keypair.getPublicKey?did={_alice}", null, _address), 10, "10;w=60");
        (await SendAsync("/", null, NewAddress())).Ok();
        (await ReadAsync(_alice, _address)).Ok();
    }

    [Fact]
    public async Task Preflights_are_not_counted()
    {
        for (var call = 0; call < 12; call++)
        {
            using var preflight = new HttpRequestMessage(HttpMethod.Options, $"/xrpc/{Api.A}group.getKey");
            preflight.Headers.Add("X-Forwarded-For", _address);
            Assert.Equal(204, (await _api.SendAsync(preflight)).Status);
        }

        (await SendAsync("/", null, _address)).Ok();
    }

    [Fact]
    public async Task Malformed_tokens_are_counted_per_address_and_block_nobody_else()
    {
        IsLimited(await SpendAsync(7, () => SendTokenAsync("a.b.c"), answer => answer.Is(401, "BadJwt")), 7, "7;w=60");
        (await ReadAsync(_alice, _address)).Ok();
    }

    [Fact]
    public async Task Forged_tokens_are_counted_per_issuer_and_address_and_block_nobody_else()
    {
        var refusal = await SpendAsync(4, () => ForgeAsync(_alice), answer => answer.Is(401, "BadJwtSignature"));
        IsLimited(refusal, 4, "4;w=60");
        (await ForgeAsync(_bob)).Is(401, "BadJwtSignature");
        (await ReadAsync(_alice, _address)).Ok();
        (await ReadAsync(_bob, _address)).Ok();
    }

    [Fact]
    public async Task Failed_lookups_for_tokens_are_counted_per_address()
    {
        for (var user = 0; user < 12; user++)
            (await ReadAsync(_api.NewAccount(), _address)).Ok();
        // Each DID is looked up twice, because the account may have changed its key.
        var refusal = await SpendAsync(
            4, () => ForgeAsync(_api.NewAccount()), answer => answer.Is(401, "BadJwtSignature"));
        IsLimited(refusal, 8, "8;w=60");
        (await ReadAsync(_api.NewAccount(), NewAddress())).Ok();
    }

    [Fact]
    public async Task Lookups_for_public_keys_are_counted_per_address()
    {
        IsLimited(
            await SpendAsync(
                6,
                () => PublicKeyAsync($"did:plc:{RandomNumberGenerator.GetString(Base32, 24)}", _address),
                answer => answer.Is(404, "KeyVersionNotFound")),
            6,
            "6;w=60");
        (await ReadAsync(_api.NewAccount(), _address)).Ok();
    }

    [Fact]
    public async Task Refused_group_calls_are_counted_per_caller()
    {
        IsLimited(
            await SpendAsync(2, () => CallAsStrangerAsync(_alice), answer => answer.Is(403, "Forbidden")), 2, "2;w=60");
        (await CallAsStrangerAsync(_bob)).Is(403, "Forbidden");
        (await ReadAsync(_alice, _address)).Ok();
    }

    [Fact]
    public async Task Anonymous_callers_create_a_limited_number_of_keypairs_an_hour()
    {
        List<string> made = [];
        Answer answer;
        string asked;
        do
        {
            asked = _api.NewAccount();
            // Concurrent requests for one account create one keypair.
            answer = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PublicKeyAsync(asked))))
                .MinBy(each => each.Status)!;
            if (answer.Status == 200)
                made.Add(asked);
        }
        while (answer.Status == 200);

        // Four if a new hour began in between.
        Assert.InRange(made.Count, 2, 4);
        IsLimited(answer, 2, "2;w=3600");
        Assert.InRange(int.Parse(answer.Header("Retry-After")!), 1, 3600);
        Assert.Empty(await RowsAsync(asked));
        foreach (var did in made)
        {
            Assert.NotEmpty(await RowsAsync(did));
            (await PublicKeyAsync(did)).Ok();
        }

        (await _api.GetAsync("keypair.getKeypair", asked)).Ok();
        (await PublicKeyAsync(asked)).Ok();
    }

    [Fact]
    public async Task The_server_publishes_its_limits()
    {
        var limits = (await SendAsync($"/xrpc/{Api.A}server.describeServer", null, _address))
            .Ok().Json.GetProperty("limits");
        Assert.Equal(
            """
            {"enabled":true,"perInstance":true,"maxBodyBytes":16384,"maxPageSize":100,"anonymousPerMinute":10,
            "malformedTokensPerMinute":7,"refusedTokensPerMinute":4,"resolutionsPerMinute":6,
            "tokenResolutionsPerMinute":8,"readsPerMinute":5,"changesPerMinute":3,"denialsPerMinute":2,
            "newGroupsPerMinute":60,"rotationsPerHour":300,"additionsPerDay":1,"webDomainCallers":10}
            """.ReplaceLineEndings(""),
            limits.GetRawText());
    }

    [Fact]
    public async Task Anonymous_creation_of_keypairs_can_be_turned_off()
    {
        await using var stack = await Stack.StartAsync(new StackOptions
        {
            Environment = new Dictionary<string, string> { ["Keyserver__CreateKeypairOnPublicRead"] = "false" },
        });
        using var api = new Api(stack);
        var did = api.NewAccount();
        (await api.GetAsync("keypair.getPublicKey", null, ("did", did))).Is(404, "KeyVersionNotFound");
        (await api.GetAsync("keypair.getKeypair", did)).Ok();
        (await api.GetAsync("keypair.getPublicKey", null, ("did", did))).Ok();
        var description = (await api.GetAsync("server.describeServer", null)).Ok().Text;
        Assert.DoesNotContain("createKeypairOnPublicRead", description, StringComparison.Ordinal);
    }

    /// <summary>
    /// Calls until the budget is used up. It refills in the meantime: a slow machine grants more calls.
    /// </summary>
    /// <returns>The refusal.</returns>
    private static async Task<Answer> SpendAsync(int perMinute, Func<Task<Answer>> call, Action<Answer> check)
    {
        var since = Stopwatch.GetTimestamp();
        for (var granted = 0; ; granted++)
        {
            var answer = await call();
            if (answer.Status == 429)
            {
                Assert.InRange(
                    granted, perMinute, perMinute + (Stopwatch.GetElapsedTime(since).TotalMinutes * perMinute));
                return answer;
            }

            check(answer);
        }
    }

    /// <summary>Bob's group, which Alice can read.</summary>
    private async Task<string> ShareAsync()
    {
        var group = $"{_bob}#shared";
        (await _api.GetAsync("group.getKey", _bob, ("group_id", group))).Ok();
        (await _api.PostAsync("group.addMember", _bob, new { group_id = group, member_did = _alice })).Ok();
        return group;
    }

    private Task<Answer> GetKeysAsync(string key, int times) =>
        _api.GetAsync("group.getKeys", _alice, [.. Enumerable.Repeat(("keys", key), times)]);

    private static int Count(Answer answer) => answer.Ok().Json.GetProperty("keys").EnumerateArray()
        .Count(entry => entry.TryGetProperty("secretKey", out _));

    private Task<Answer> SendTokenAsync(string token) =>
        SendAsync($"/xrpc/{Api.A}keypair.listVersions", $"Bearer {token}", _address);

    private Task<Answer> ForgeAsync(string account) =>
        SendTokenAsync(_api.Token(account, "keypair.listVersions", TokenOptions.ForgedSignature));

    private Task<Answer> CallAsStrangerAsync(string caller) =>
        _api.GetAsync("group.getKey", caller, ("group_id", $"{_api.NewAccount()}#none"));

    private static string NewAddress() => $"2001:db8:{Interlocked.Increment(ref _addresses):x}::1";

    private static void IsLimited(Answer answer, int limit, string policy)
    {
        answer.Is(429, "RateLimitExceeded");
        Assert.Equal($"{limit}", answer.Header("RateLimit-Limit"));
        Assert.Equal("0", answer.Header("RateLimit-Remaining"));
        Assert.Equal(policy, answer.Header("RateLimit-Policy"));
        Assert.Equal(answer.Header("Retry-After"), answer.Header("RateLimit-Reset"));
        Assert.InRange(int.Parse(answer.Header("Retry-After")!), 1, 3600);
    }

    /// <summary>The rows of an account, in all tables.</summary>
    private async Task<IReadOnlyList<string>> RowsAsync(string did)
    {
        return [.. (await new StorageView(keyserver.Stack).AllAsync())
            .Where(row => row.Row.Any(cell => cell.Value is string text && text == did))
            .Select(row => $"{row.Table} {row.Row.RowKey}")];
    }

    private Task<Answer> PublicKeyAsync(string did, string? address = null) =>
        SendAsync($"/xrpc/{Api.A}keypair.getPublicKey?did={did}", null, address ?? NewAddress());

    private Task<Answer> ReadAsync(string caller, string address) =>
        SendAsync(
            $"/xrpc/{Api.A}keypair.listVersions", $"Bearer {_api.Token(caller, "keypair.listVersions")}", address);

    private async Task<Answer> SendAsync(string path, string? authorization, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await _api.SendAsync(request);
    }

    public sealed class SmallBudgets : KeyserverFixture
    {
        protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
        {
            // The local host counts as one proxy, and these tests add another.
            ["Keyserver__RateLimits__TrustedProxies"] = "2",
            ["Keyserver__RateLimits__AnonymousPerMinute"] = "10",
            ["Keyserver__RateLimits__MalformedTokensPerMinute"] = "7",
            ["Keyserver__RateLimits__RefusedTokensPerMinute"] = "4",
            ["Keyserver__RateLimits__ResolutionsPerMinute"] = "6",
            ["Keyserver__RateLimits__TokenResolutionsPerMinute"] = "8",
            ["Keyserver__RateLimits__DenialsPerMinute"] = "2",
            ["Keyserver__RateLimits__ReadsPerMinute"] = "5",
            ["Keyserver__RateLimits__ChangesPerMinute"] = "3",
            ["Keyserver__RateLimits__AdditionsPerDay"] = "1",
            ["Keyserver__PublicCreationsPerHour"] = "2",
        };
    }
}
