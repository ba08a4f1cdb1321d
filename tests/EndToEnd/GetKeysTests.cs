using System.Globalization;
using System.Text.Json;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Many group keys in one call, each answered and logged as <c>getKey</c> would.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class GetKeysTests(KeyserverFixture keyserver)
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _carol = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task Keys_and_errors_are_in_the_order_of_the_request()
    {
        var (club, foreign, mine) = ($"{_bob}#club", $"{_carol}#private", $"{_alice}#nobody-made-this");
        await CreateAsync(_alice, Group, rotations: 1);
        await CreateAsync(_bob, club, member: _alice);
        await CreateAsync(_carol, foreign);
        var answer = (await GetKeysAsync(
            _alice, $"{foreign}@1", Group, $"{mine}@3", club, $"{Group}@1", mine, $"{Group}@3", foreign, $"{club}@9",
            $"{_carol}#unknown")).Ok();
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal(
            [
                $"{foreign} 1 Forbidden",
                await ReadAsync(_alice, Group),
                $"{mine} 3 GroupNotFound",
                await ReadAsync(_alice, club),
                await ReadAsync(_alice, Group, 1),
                $"{mine} - GroupNotFound",
                $"{Group} 3 KeyVersionNotFound",
                $"{foreign} - Forbidden",
                $"{club} 9 KeyVersionNotFound",
                $"{_carol}#unknown - Forbidden",
            ],
            Entries(answer));
        Assert.DoesNotContain("null", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_number_of_keys_from_1_to_100_is_answered()
    {
        await CreateAsync(_alice, Group);
        var key = await ReadAsync(_alice, Group);
        foreach (var count in (int[])[1, 2, 99, 100])
            Assert.Equal(
                Enumerable.Repeat(key, count),
                Entries((await GetKeysAsync(_alice, [.. Enumerable.Repeat(Group, count)])).Ok()));
        (await GetKeysAsync(_alice)).Is(400, "InvalidRequest");
        (await GetKeysAsync(_alice, [.. Enumerable.Repeat(Group, 101)])).Is(400, "InvalidRequest");
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("@1")]
    [InlineData("nonsense")]
    [InlineData("{0}")]
    [InlineData("{0}#")]
    [InlineData("{0}#a b")]
    [InlineData("{0}#a@")]
    [InlineData("{0}#a@0")]
    [InlineData("{0}#a@-1")]
    [InlineData("{0}#a@+1")]
    [InlineData("{0}#a@1.0")]
    [InlineData("{0}#a@ 1")]
    [InlineData("{0}#a@1@1")]
    [InlineData("{0}#a@2147483648")]
    [InlineData("{0}#a@1\0")]
    [InlineData("{0}#a\0")]
    [InlineData("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme#a")]
    public async Task A_malformed_key_is_named_by_its_position_and_nothing_is_read(string malformed)
    {
        await CreateAsync(_alice, Group);
        var before = await EntriesOfLogAsync(_alice, Group);
        var text = malformed.Replace("{0}", _alice, StringComparison.Ordinal);
        var answer = (await GetKeysAsync(_alice, Group, Group, text, Group)).Is(400, "InvalidRequest");
        Assert.Contains("value 3 ", answer.String("message"), StringComparison.Ordinal);
        Assert.Equal(before, await EntriesOfLogAsync(_alice, Group));
    }

    [Fact]
    public async Task Versions_of_one_group_are_those_of_getKey()
    {
        await CreateAsync(_alice, Group, member: _bob, rotations: 39);
        int[] versions = [1, 2, 40, 4, 3, 12, 14, 30, 39, 12, 21, 23, 38, 5];
        string?[] missing = [$"{Group} 41 KeyVersionNotFound", $"{Group} 2147483647 KeyVersionNotFound"];
        string[] keys = [.. versions.Append(41).Append(int.MaxValue).Select(version => $"{Group}@{version}")];
        var expected = new List<string>();
        foreach (var version in versions)
            expected.Add(await ReadAsync(_bob, Group, version));
        Assert.Equal([.. expected, .. missing], Entries((await GetKeysAsync(_bob, keys)).Ok()));
        Assert.Equal(
            [await ReadAsync(_bob, Group), expected[0]],
            Entries((await GetKeysAsync(_bob, Group, $"{Group}@1")).Ok()));
    }

    [Fact]
    public async Task A_recreated_group_has_none_of_its_earlier_versions()
    {
        await CreateAsync(_alice, Group, rotations: 2);
        (await _api.PostAsync("group.delete", _alice, new { group_id = Group })).Ok();
        Assert.Equal(
            [$"{Group} - GroupNotFound", $"{Group} 2 GroupNotFound"],
            Entries((await GetKeysAsync(_alice, Group, $"{Group}@2")).Ok()));
        await Eventually.TrueAsync(async () =>
            (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Status == 200);
        Assert.Equal(
            [await ReadAsync(_alice, Group, 4), $"{Group} 2 KeyVersionNotFound", $"{Group} 3 KeyVersionNotFound"],
            Entries((await GetKeysAsync(_alice, Group, $"{Group}@2", $"{Group}@3")).Ok()));
    }

    [Fact]
    public async Task Nothing_is_created()
    {
        string[] keys = [Group, $"{Group}@1", $"{_alice}#family", $"{_bob}#club"];
        (await GetKeysAsync(_alice, keys)).Ok();
        Assert.Equal(200, (await HeadAsync(_alice, keys)).Status);
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group), ("version", "1"))).Is(404, "GroupNotFound");
        Assert.Equal(
            0, (await _api.GetAsync("group.listGroups", _alice)).Ok().Json.GetProperty("groups").GetArrayLength());
    }

    [Fact]
    public async Task HEAD_has_no_body_and_is_not_logged()
    {
        await CreateAsync(_alice, Group, member: _bob);
        var before = await EntriesOfLogAsync(_alice, Group);
        var head = await HeadAsync(_bob, Group, $"{Group}@1");
        Assert.Equal((200, ""), (head.Status, head.Text));
        Assert.Equal(before, await EntriesOfLogAsync(_alice, Group));
    }

    [Fact]
    public async Task Each_key_is_logged_for_the_owner_of_its_group()
    {
        var club = $"{_carol}#club";
        await CreateAsync(_alice, Group, member: _bob, rotations: 1);
        await CreateAsync(_carol, club, member: _bob);
        var before = (await EntriesOfLogAsync(_alice, Group)).Count;
        var beforeOfClub = (await EntriesOfLogAsync(_carol, club)).Count;
        (await GetKeysAsync(_bob, Group, $"{Group}@1", club, Group, $"{Group}@7", $"{_alice}#unknown")).Ok();
        Assert.Equal(
            [$"read {_bob} 1 granted", $"read {_bob} 2 granted", $"read {_bob} 2 granted"],
            (await EntriesOfLogAsync(_alice, Group)).SkipLast(before).Order());
        Assert.Equal(
            [$"read {_bob} 1 granted"], (await EntriesOfLogAsync(_carol, club)).SkipLast(beforeOfClub));
    }

    [Fact]
    public async Task A_refusal_is_logged_without_the_stranger()
    {
        await CreateAsync(_alice, Group);
        (await GetKeysAsync(_bob, Group, $"{Group}@1", $"{Group}@9")).Ok();
        var entries = await EntriesOfLogAsync(_alice, Group);
        Assert.Equal(
            ["read did:erased - denied"], entries.Where(entry => entry.EndsWith("denied", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_removed_member_gets_nothing_from_any_instance()
    {
        var other = await keyserver.Stack.StartInstanceAsync();
        using var warm = new Api(keyserver.Stack, other.Origin);
        var club = $"{_carol}#club";
        await CreateAsync(_alice, Group, member: _bob, rotations: 1);
        await CreateAsync(_carol, club, member: _bob);
        string[] keys = [Group, club, $"{Group}@1"];
        Assert.DoesNotContain("error", (await GetKeysAsync(_bob, keys, warm)).Ok().Text, StringComparison.Ordinal);
        (await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
        Assert.Equal(
            [$"{Group} - Forbidden", await ReadAsync(_bob, club), $"{Group} 1 Forbidden"],
            Entries((await GetKeysAsync(_bob, keys, warm)).Ok()));
    }

    [Fact]
    public async Task A_hundred_of_the_longest_common_keys_fit_into_a_few_calls()
    {
        var group = $"{_alice}#{new string('~', 128)}";
        await CreateAsync(_alice, group);
        // Below the limit of 8 KiB for a request line.
        Assert.Equal(
            Enumerable.Repeat(await ReadAsync(_alice, group), 30),
            Entries((await GetKeysAsync(_alice, [.. Enumerable.Repeat(group, 30)])).Ok()));
        Assert.Equal(414, (await GetKeysAsync(_alice, [.. Enumerable.Repeat(group, 60)])).Status);
    }

    private static IEnumerable<string> Entries(Answer answer) =>
        answer.Json.GetProperty("keys").EnumerateArray().Select(entry =>
            $"{entry.GetProperty("groupId")} {Text(entry, "version")} {Text(entry, "secretKey", "error")}");

    private static string Text(JsonElement entry, params string[] names)
    {
        var found = names.Where(name => entry.TryGetProperty(name, out _)).ToList();
        return found.Count == 0 ? "-" : entry.GetProperty(Assert.Single(found)).ToString();
    }

    private async Task<string> ReadAsync(string caller, string group, int? version = null)
    {
        (string, string)[] asked = [("group_id", group)];
        if (version is not null)
            asked = [.. asked, ("version", version.Value.ToString(CultureInfo.InvariantCulture))];
        var key = (await _api.GetAsync("group.getKey", caller, asked)).Ok();
        return $"{group} {key.Int("version")} {key.String("secretKey")}";
    }

    private async Task CreateAsync(string owner, string group, string? member = null, int rotations = 0)
    {
        (await _api.GetAsync("group.getKey", owner, ("group_id", group))).Ok();
        if (member is not null)
            (await _api.PostAsync("group.addMember", owner, new { group_id = group, member_did = member })).Ok();
        for (var rotation = 0; rotation < rotations; rotation++)
            (await _api.PostAsync("group.rotateKey", owner, new { group_id = group })).Ok();
    }

    private Task<Answer> GetKeysAsync(string caller, params string[] keys) => GetKeysAsync(caller, keys, _api);

    private static Task<Answer> GetKeysAsync(string caller, string[] keys, Api api) =>
        api.GetAsync("group.getKeys", caller, [.. keys.Select(key => ("keys", key))]);

    private Task<Answer> HeadAsync(string caller, params string[] keys) =>
        _api.HeadAsync("group.getKeys", caller, [.. keys.Select(key => ("keys", key))]);

    /// <summary>Newest first.</summary>
    private async Task<List<string>> EntriesOfLogAsync(string owner, string group) =>
        [.. (await _api.GetAsync("group.getAccessLog", owner, ("group_id", group), ("limit", "100"))).Ok()
            .Json.GetProperty("entries").EnumerateArray()
            .Select(entry => $"{entry.GetProperty("action")} {entry.GetProperty("did")} {Text(entry, "version")} "
                + $"{entry.GetProperty("outcome")}")];
}
