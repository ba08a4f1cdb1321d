using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Group keys: created once, read by owner and members, rotated, listed.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class GroupKeyTests(KeyserverFixture keyserver)
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    [Theory]
    [InlineData("group.getKey")]
    [InlineData("group.key")]
    [InlineData("group.getGroupKey")]
    public async Task The_first_call_of_the_owner_creates_the_group(string method)
    {
        var first = (await _api.GetAsync(method, _alice, ("group_id", Group))).Ok();
        Assert.Equal(Group, first.String("groupId"));
        Assert.Equal(1, first.Int("version"));
        Assert.Matches("^[0-9a-f]{64}$", first.String("secretKey"));
        Assert.Equal("no-store", first.Header("Cache-Control"));

        var again = (await _api.GetAsync("group.getKey", _alice, ("group_id", Group), ("version", "1"))).Ok();
        Assert.Equal(first.String("secretKey"), again.String("secretKey"));
    }

    [Fact]
    public async Task Only_getKey_of_the_owner_without_a_version_creates_a_group()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group), ("version", "1"))).Is(404, "GroupNotFound");
        (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group))).Is(404, "GroupNotFound");
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group })).Is(404, "GroupNotFound");
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob }))
            .Is(404, "GroupNotFound");
        (await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob }))
            .Is(404, "GroupNotFound");
        Assert.Equal(404, (await _api.HeadAsync("group.getKey", _alice, ("group_id", Group))).Status);
        (await _api.GetAsync("group.getKey", _bob, ("group_id", Group))).Is(403, "Forbidden");
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group), ("version", "1"))).Is(404, "GroupNotFound");
    }

    [Fact]
    public async Task Groups_of_one_owner_have_different_keys()
    {
        var friends = (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok().String("secretKey");
        var family = (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{_alice}#family"))).Ok()
            .String("secretKey");
        Assert.NotEqual(friends, family);
    }

    [Fact]
    public async Task Rotation_creates_a_version_and_keeps_the_old_ones()
    {
        var first = (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok().String("secretKey");
        var rotated = (
            await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group, reason = "spring cleaning" })).Ok();
        Assert.Equal(Group, rotated.String("groupId"));
        Assert.Equal((1, 2), (rotated.Int("oldVersion"), rotated.Int("newVersion")));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", rotated.String("rotatedAt"));

        var second = (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        Assert.Equal(2, second.Int("version"));
        Assert.NotEqual(first, second.String("secretKey"));
        var old = (await _api.GetAsync("group.getKey", _alice, ("group_id", Group), ("version", "1"))).Ok();
        Assert.Equal((first, 1), (old.String("secretKey"), old.Int("version")));
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group), ("version", "3")))
            .Is(404, "KeyVersionNotFound");
    }

    [Theory]
    [InlineData("group.listKeyVersions")]
    [InlineData("group.key.versions")]
    public async Task Versions_are_listed_newest_first(string method)
    {
        await _api.GetAsync("group.getKey", _alice, ("group_id", Group));
        var rotatedAt = (await _api.PostAsync("group.key.rotate", _alice, new { group_id = Group })).Ok()
            .String("rotatedAt");
        var versions = (await _api.GetAsync(method, _alice, ("group_id", Group))).Ok().Json.GetProperty("versions");

        Assert.Equal(2, versions.GetArrayLength());
        var (newest, oldest) = (versions[0], versions[1]);
        Assert.Equal(
            (2, "active"), (newest.GetProperty("version").GetInt32(), newest.GetProperty("status").GetString()));
        Assert.False(newest.TryGetProperty("revoked_at", out _));
        Assert.Equal(
            (1, "revoked"), (oldest.GetProperty("version").GetInt32(), oldest.GetProperty("status").GetString()));
        Assert.Equal(rotatedAt, oldest.GetProperty("revoked_at").GetString());
    }

    [Fact]
    public async Task A_rotation_that_expects_another_version_changes_nothing()
    {
        await _api.GetAsync("group.getKey", _alice, ("group_id", Group));
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group, expected_version = 2 }))
            .Is(409, "VersionConflict");
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group, expected_version = 1 })).Ok();
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group, expected_version = 1 }))
            .Is(409, "VersionConflict");
        Assert.Equal(2, (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok().Int("version"));
    }

    [Fact]
    public async Task An_absent_group_looks_like_one_without_access()
    {
        await _api.GetAsync("group.getKey", _alice, ("group_id", Group));
        foreach (
            var (verb, method) in new[] { ("get", "group.getKey"), ("get", "group.listKeyVersions"),
            ("post", "group.rotateKey") })
        {
            var foreign = await CallAsync(Group);
            var unknown = await CallAsync($"{_alice}#nobody-made-this");
            foreign.Is(403, "Forbidden");
            Assert.Equal((foreign.Status, foreign.Text), (unknown.Status, unknown.Text));

            Task<Answer> CallAsync(string group) =>
                verb == "get"
                    ? _api.GetAsync(method, _bob, ("group_id", group))
                    : _api.PostAsync(method, _bob, new { group_id = group });
        }
    }

    [Fact]
    public async Task The_longest_group_id_works()
    {
        var group = $"{_alice}#{new string('~', 128)}";
        var key = (await _api.GetAsync("group.getKey", _alice, ("group_id", group))).Ok();
        Assert.Equal(group, key.String("groupId"));
        (await _api.PostAsync(
            "group.addMember", _alice, new { group_id = group, member_did = $"did:web:{LongestHost}" })).Ok();
        (await _api.PostAsync(
            "group.removeMember", _alice, new { group_id = group, member_did = $"did:web:{LongestHost}" })).Ok();
    }

    [Fact]
    public async Task HEAD_of_a_key_has_no_body()
    {
        await _api.GetAsync("group.getKey", _alice, ("group_id", Group));
        var head = await _api.HeadAsync("group.getKey", _alice, ("group_id", Group));
        Assert.Equal((200, ""), (head.Status, head.Text));
    }

    private static string LongestHost => string.Join('.', Enumerable.Repeat(new string('a', 62), 4)) + ".b";
}
