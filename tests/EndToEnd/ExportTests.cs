using System.Globalization;
using System.Text.Json;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>An account exports all its data except secret keys.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class ExportTests(KeyserverFixture keyserver)
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _carol = keyserver.Api.NewAccount();
    private readonly string _mallory = keyserver.Api.NewAccount();

    private string Friends => $"{_alice}#friends";

    private string Family => $"{_alice}#family";

    private string Work => $"{_bob}#work";

    [Fact]
    public async Task An_export_contains_everything_about_the_account_and_nothing_about_strangers()
    {
        List<string> secrets =
            [.. await KeypairAsync(), await GroupKeyAsync(_alice, Friends), await GroupKeyAsync(_alice, Family)];
        await PostAsync("keypair.rotate", _alice, new { });
        await PostAsync("group.rotateKey", _alice, new { group_id = Friends });
        secrets.AddRange(
            [.. await KeypairAsync(), await GroupKeyAsync(_alice, Friends), await GroupKeyAsync(_bob, Work)]);
        await PostAsync("group.addDelegate", _alice,
            Delegate(Friends, _carol, "2099-01-01T00:00:00.000Z", "add_member", "rotate_key"));
        var soon = await AddShortLivedDelegateAsync(_mallory, "remove_member");
        await PostAsync("group.addMember", _carol, new { group_id = Friends, member_did = _bob });
        await PostAsync("group.addMember", _alice, new { group_id = Friends, member_did = _carol });
        await PostAsync("group.addMember", _bob, new { group_id = Work, member_did = _alice });
        await PostAsync("group.addDelegate", _bob, Delegate(Work, _alice, null, "remove_member"));
        await PostAsync("group.addMember", _bob, new { group_id = Work, member_did = _mallory });
        await GroupKeyAsync(_bob, Friends);
        while ((await _api.GetAsync("group.listGroups", _mallory, ("role", "delegate"))).Ok().Json.GetProperty("groups")
            .GetArrayLength() > 0)
            await Task.Delay(50);

        var export = await ExportAsync(_alice);
        Assert.Equal("attachment; filename=\"keyserver-export.json\"", export.Header("Content-Disposition"));
        Assert.Equal("no-store", export.Header("Cache-Control"));
        Assert.Equal("application/json; charset=utf-8", export.Header("Content-Type"));
        Assert.Null(export.Header("Content-Length"));
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, export.Text, StringComparison.OrdinalIgnoreCase));

        Assert.Equal(_alice, export.String("did"));
        Assert.Equal(["2 active", "1 revoked"], export.Json.GetProperty("keypairVersions").EnumerateArray()
            .Select(version => $"{version.GetProperty("version")} {version.GetProperty("status")}"));
        var publicKey = (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice), ("version", "1"))).Ok()
            .String("publicKey");
        Assert.Equal(publicKey, export.Json.GetProperty("keypairVersions")[1].GetProperty("public_key").GetString());
        Assert.Equal(
            ["export", "read", "rotate", "read", "create"], Actions(export.Json.GetProperty("keypairAccessLog")));

        var owned = export.Json.GetProperty("groupsOwned").EnumerateArray()
            .ToDictionary(group => group.GetProperty("groupId").GetString()!);
        Assert.Equal([Family, Friends], owned.Keys.Order());
        Assert.Empty(owned[Family].GetProperty("members").EnumerateArray());
        var friends = owned[Friends];
        Assert.Equal(2, friends.GetProperty("activeVersion").GetInt32());
        Assert.Equal(2, friends.GetProperty("versions").GetArrayLength());
        foreach (var (member, list) in new[] { ("members", "group.listMembers"), ("delegates", "group.listDelegates") })
        {
            var listed = (await _api.GetAsync(list, _alice, ("group_id", Friends), ("limit", "100"))).Ok();
            Assert.Equal(listed.Json.GetProperty(member).GetRawText(), friends.GetProperty(member).GetRawText());
            Assert.Equal(2, friends.GetProperty(member).GetArrayLength());
        }

        var log = (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", Friends), ("limit", "100"))).Ok();
        Assert.Equal(log.Json.GetProperty("entries").GetRawText(), friends.GetProperty("access_log").GetRawText());

        Assert.Equal(Work,
            Assert.Single(export.Json.GetProperty("memberships").EnumerateArray()).GetProperty("groupId").GetString());
        var rights = Assert.Single(export.Json.GetProperty("delegations").EnumerateArray());
        Assert.Equal(Work, rights.GetProperty("groupId").GetString());
        Assert.Equal("""["remove_member"]""", rights.GetProperty("permissions").GetRawText());

        // Mallory's membership in Work, which Alice shares, belongs to Bob's data; Mallory's role in Friends belongs to
        // Mallory's.
        Assert.DoesNotContain(_mallory, export.Text.Replace(friends.GetRawText(), "", StringComparison.Ordinal),
            StringComparison.Ordinal);
        var strangers = (await ExportAsync(_mallory)).Text;
        Assert.DoesNotContain(_carol, strangers, StringComparison.Ordinal);
        Assert.Contains(Friends, strangers, StringComparison.Ordinal);
        Assert.Contains(soon, strangers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_never_called_exports_its_memberships()
    {
        await GroupKeyAsync(_alice, Friends);
        await PostAsync("group.addMember", _alice, new { group_id = Friends, member_did = _bob });
        var export = await ExportAsync(_bob);
        Assert.Equal(Friends,
            Assert.Single(export.Json.GetProperty("memberships").EnumerateArray()).GetProperty("groupId").GetString());
        foreach (var empty in new[] { "keypairVersions", "keypairAccessLog", "groupsOwned", "delegations" })
            Assert.Equal(0, export.Json.GetProperty(empty).GetArrayLength());
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", _bob), ("version", "1")))
            .Is(404, "KeyVersionNotFound");
    }

    [Fact]
    public async Task HEAD_has_no_body_and_is_not_logged()
    {
        await KeypairAsync();
        var head = await _api.HeadAsync("account.export", _alice);
        Assert.Equal((200, ""), (head.Status, head.Text));
        Assert.Equal("attachment; filename=\"keyserver-export.json\"", head.Header("Content-Disposition"));
        Assert.Equal(
            ["export", "read", "create"], Actions((await ExportAsync(_alice)).Json.GetProperty("keypairAccessLog")));
    }

    [Fact]
    public async Task A_deleted_account_cannot_export_and_the_refusal_is_not_a_file()
    {
        await KeypairAsync();
        await PostAsync("account.delete", _alice, new { confirmation = "DELETE_ALL_MY_DATA" });
        var refused = (await _api.GetAsync("account.export", _alice)).Is(403, "AccountDeleted");
        Assert.Null(refused.Header("Content-Disposition"));
    }

    [Fact]
    public async Task An_account_has_one_export_at_a_time_and_an_instance_four()
    {
        await using var seeder = new Seeder(keyserver.Stack);
        string[] accounts = [_alice, _bob, _carol, _mallory];
        var exports = new List<SlowReader>();
        try
        {
            foreach (var account in accounts)
            {
                (await _api.GetAsync("keypair.getKeypair", account)).Ok();
                await seeder.AddReadsAsync(account, 3_000);
            }

            foreach (var account in accounts)
            {
                exports.Add(await SlowReader.StartAsync(keyserver.Stack.App, _api.Token(account, "account.export")));
                await IsRefusedAsync(account, "1");
            }

            var other = _api.NewAccount();
            await IsRefusedAsync(other, "4");
            (await _api.HeadAsync("account.export", other)).Ok();
            var whole = await exports[0].ReadRestAsync();
            Assert.Equal(3_003, JsonDocument.Parse(whole).RootElement.GetProperty("keypairAccessLog").GetArrayLength());
            await ExportAsync(other);
        }
        finally
        {
            exports.ForEach(export => export.Dispose());
        }

        // The slots of disconnected callers are released a moment later.
        while (await StatusAsync(_bob) != 200)
            await Task.Delay(50);
    }

    /// <summary>An expiry time; on a slow machine a near one passes before the request arrives.</summary>
    private async Task<string> AddShortLivedDelegateAsync(string account, string permission)
    {
        for (var seconds = 1; ; seconds *= 2)
        {
            var end = TimeProvider.System.GetUtcNow().AddSeconds(seconds)
                .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            var answer = await _api.PostAsync("group.addDelegate", _alice, Delegate(Friends, account, end, permission));
            if (answer.Status == 200)
                return end;
            answer.Is(400, "InvalidRequest");
            Assert.InRange(seconds, 1, 100);
        }
    }

    private async Task<int> StatusAsync(string account)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}account.export");
        request.Headers.Authorization = new("Bearer", _api.Token(account, "account.export"));
        return (await _api.SendAsync(request)).Status;
    }

    private async Task IsRefusedAsync(string account, string limit)
    {
        var refused = (await _api.GetAsync("account.export", account)).Is(429, "RateLimitExceeded");
        Assert.Equal(("10", limit, "0", "10"), (
            refused.Header("Retry-After"), refused.Header("RateLimit-Limit"), refused.Header("RateLimit-Remaining"),
            refused.Header("RateLimit-Reset")));
        Assert.Null(refused.Header("Content-Disposition"));
    }

    private async Task<Answer> ExportAsync(string account) => (await _api.GetAsync("account.export", account)).Ok();

    private async Task<string[]> KeypairAsync() =>
        [(await _api.GetAsync("keypair.getKeypair", _alice)).Ok().String("privateKey")];

    private async Task<string> GroupKeyAsync(string caller, string group) =>
        (await _api.GetAsync("group.getKey", caller, ("group_id", group))).Ok().String("secretKey");

    private async Task PostAsync(string method, string caller, object body) =>
        (await _api.PostAsync(method, caller, body)).Ok();

    private static object Delegate(string group, string account, string? until, params string[] permissions) =>
        until is null
        ? new { group_id = group, delegate_did = account, permissions }
        : new { group_id = group, delegate_did = account, permissions, expires_at = until };

    private static IEnumerable<string?> Actions(JsonElement entries) =>
        entries.EnumerateArray().Select(entry => entry.GetProperty("action").GetString());
}
