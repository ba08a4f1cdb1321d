using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Members: addition, reads, removal.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class MemberTests(KeyserverFixture keyserver) : IAsyncLifetime
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _mallory = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    public async Task InitializeAsync() => (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("group.addMember", "group.removeMember")]
    [InlineData("group.member.add", "group.member.remove")]
    public async Task A_member_reads_until_it_is_removed(string add, string remove)
    {
        (await ReadAsync(_bob)).Is(403, "Forbidden");
        var added = (await _api.PostAsync(add, _alice, new { group_id = Group, member_did = _bob })).Ok();
        Assert.Equal(
            (Group, _bob, "added"), (added.String("groupId"), added.String("memberDid"), added.String("status")));
        Assert.Equal(
            (await ReadAsync(_alice)).Ok().String("secretKey"), (await ReadAsync(_bob)).Ok().String("secretKey"));

        var removed = (await _api.PostAsync(remove, _alice, new { group_id = Group, member_did = _bob })).Ok();
        Assert.Equal("removed", removed.String("status"));
        Assert.False(removed.Json.TryGetProperty("newVersion", out _));
        (await ReadAsync(_bob)).Is(403, "Forbidden");
    }

    [Fact]
    public async Task A_member_reads_versions_from_before_it_joined()
    {
        await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group });
        await AddAsync(_bob);
        foreach (var version in new[] { "1", "2" })
        {
            Assert.Equal(
                (await ReadAsync(_alice, version)).Ok().String("secretKey"),
                (await ReadAsync(_bob, version)).Ok().String("secretKey"));
        }

        (await ReadAsync(_bob, "3")).Is(404, "KeyVersionNotFound");
        (await _api.GetAsync("group.listKeyVersions", _bob, ("group_id", Group))).Ok();
    }

    [Fact]
    public async Task A_member_can_only_read()
    {
        await AddAsync(_bob);
        (await _api.PostAsync("group.rotateKey", _bob, new { group_id = Group })).Is(403, "Forbidden");
        (await _api.PostAsync("group.addMember", _bob, new { group_id = Group, member_did = _mallory }))
            .Is(403, "Forbidden");
        (await _api.PostAsync("group.removeMember", _bob, new { group_id = Group, member_did = _mallory }))
            .Is(403, "Forbidden");
        (await _api.PostAsync("group.removeMember", _bob, new { group_id = Group, member_did = _bob, rotate = true }))
            .Is(403, "Forbidden");
        (await ReadAsync(_bob)).Ok();
    }

    [Fact]
    public async Task A_member_can_leave()
    {
        await AddAsync(_bob);
        (await _api.PostAsync("group.removeMember", _bob, new { group_id = Group, member_did = _bob })).Ok();
        (await ReadAsync(_bob)).Is(403, "Forbidden");
        (await _api.PostAsync("group.removeMember", _bob, new { group_id = Group, member_did = _bob }))
            .Is(403, "Forbidden");
    }

    [Theory]
    [InlineData("group.addMember", "group.removeMember")]
    [InlineData("group.member.add", "group.member.remove")]
    public async Task A_member_that_left_cannot_be_added_to_that_group_again(string add, string remove)
    {
        await AddAsync(_bob);
        (await _api.PostAsync(remove, _bob, new { group_id = Group, member_did = _bob })).Ok();
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group })).Ok();
        var refused = await _api.PostAsync(add, _alice, new { group_id = Group, member_did = _bob });
        refused.Is(409, "MemberUnavailable");
        (await ReadAsync(_bob)).Is(403, "Forbidden");
        Assert.Empty((await _api.GetAsync("group.listGroups", _bob)).Ok().Json.GetProperty("groups").EnumerateArray());

        // The same response as for a deleted account.
        (await _api.PostAsync("account.delete", _mallory, new { confirmation = "DELETE_ALL_MY_DATA" })).Ok();
        var deleted = await _api.PostAsync(add, _alice, new { group_id = Group, member_did = _mallory });
        Assert.Equal(refused.Text.Replace(_bob, _mallory, StringComparison.Ordinal), deleted.Text);

        var family = $"{_alice}#family";
        (await _api.GetAsync("group.getKey", _alice, ("group_id", family))).Ok();
        (await _api.PostAsync(add, _alice, new { group_id = family, member_did = _bob })).Ok();
    }

    [Fact]
    public async Task A_member_that_is_added_again_can_read_again()
    {
        for (var time = 0; time < 3; time++)
        {
            await AddAsync(_bob);
            (await ReadAsync(_bob)).Ok();
            (await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
            (await ReadAsync(_bob)).Is(403, "Forbidden");
        }
    }

    [Fact]
    public async Task Removal_and_rotation_are_one_transaction()
    {
        await AddAsync(_bob);
        var removed =
            (await _api.PostAsync(
            "group.removeMember", _alice, new { group_id = Group, member_did = _bob, rotate = true })).Ok();
        Assert.Equal(2, removed.Int("newVersion"));
        Assert.Equal(2, (await ReadAsync(_alice)).Ok().Int("version"));
    }

    [Fact]
    public async Task Edge_cases_are_as_specified()
    {
        await AddAsync(_bob);
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob }))
            .Is(409, "MemberAlreadyExists");
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _alice }))
            .Is(409, "MemberAlreadyExists");
        (await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _alice }))
            .Is(400, "InvalidRequest");
        (await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _mallory }))
            .Is(404, "MemberNotFound");
        (await _api.PostAsync("group.removeMember", _mallory, new { group_id = Group, member_did = _mallory }))
            .Is(403, "Forbidden");
        (await _api.PostAsync("group.removeMember", _mallory, new { group_id = Group, member_did = _bob }))
            .Is(403, "Forbidden");
        (await _api.PostAsync("group.addMember", _mallory, new { group_id = Group, member_did = _mallory }))
            .Is(403, "Forbidden");
    }

    private async Task AddAsync(string did) =>
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = did })).Ok();

    private Task<Answer> ReadAsync(string did, string? version = null) => version is null
        ? _api.GetAsync("group.getKey", did, ("group_id", Group))
        : _api.GetAsync("group.getKey", did, ("group_id", Group), ("version", version));
}
