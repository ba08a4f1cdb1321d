using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Additions and removals of many members by one call.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class ManyMembersTests(KeyserverFixture keyserver) : IAsyncLifetime
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    public async Task InitializeAsync() => (await ReadAsync(_alice)).Ok();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Ninety_members_are_added_and_removed_by_one_call_each()
    {
        var members = Enumerable.Range(0, 90).Select(i => $"did:web:member{i}.example.com").Append(_bob).Skip(1)
            .ToArray();
        Assert.All(await AddAsync(members), status => Assert.Equal("added", status));
        Assert.Equal(members.Order(), await MembersAsync());
        (await ReadAsync(_bob)).Ok();
        Assert.Equal(members.Order(), await LoggedAsync("add_member"));

        var removed = (await RemoveAsync(_alice, members, rotate: true)).Ok();
        Assert.Equal(2, removed.Int("newVersion"));
        Assert.All(Statuses(removed), status => Assert.Equal("removed", status));
        Assert.Empty(await MembersAsync());
        (await ReadAsync(_bob)).Is(403, "Forbidden");
        Assert.Equal(members.Order(), await LoggedAsync("remove_member"));
    }

    [Fact]
    public async Task Those_for_whom_nothing_changes_are_named_and_not_logged()
    {
        var (carol, dora) = (_api.NewAccount(), _api.NewAccount());
        Assert.Equal(["added", "added"], await AddAsync(_bob, carol));
        Assert.Equal(["unchanged", "added"], await AddAsync(carol, dora));
        Assert.Equal(["unchanged", "unchanged"], await AddAsync(carol, dora));
        Assert.Equal(new[] { _bob, carol, dora }.Order(), await LoggedAsync("add_member"));

        Assert.Equal(["removed", "unchanged"], Statuses((await RemoveAsync(_alice, [_bob, NewDid()])).Ok()));
        var unchanged = (await RemoveAsync(_alice, [_bob, NewDid()], rotate: true)).Ok();
        Assert.Equal(["unchanged", "unchanged"], Statuses(unchanged));
        Assert.False(unchanged.Json.TryGetProperty("newVersion", out _));
        Assert.Equal(1, (await ReadAsync(_alice)).Ok().Int("version"));
    }

    [Fact]
    public async Task One_that_cannot_be_added_stops_all()
    {
        await AddAsync(_bob);
        (await RemoveAsync(_bob, [_bob])).Ok();
        (await PostAsync("addMembers", _alice, NewDid(), _bob)).Is(409, "MemberUnavailable");
        Assert.Empty(await MembersAsync());
    }

    [Fact]
    public async Task Only_owners_and_delegates_may_and_a_member_only_for_itself()
    {
        var (carol, dora) = (_api.NewAccount(), _api.NewAccount());
        await AddAsync(_bob, carol);
        (await PostAsync("addMembers", _bob, dora)).Is(403, "Forbidden");
        (await PostAsync("addMembers", dora, dora)).Is(403, "Forbidden");
        (await RemoveAsync(_bob, [_bob, carol])).Is(403, "Forbidden");
        (await RemoveAsync(_bob, [_bob], rotate: true)).Is(403, "Forbidden");
        (await RemoveAsync(dora, [_bob])).Is(403, "Forbidden");
        Assert.Equal(new[] { _bob, carol }.Order(), await MembersAsync());

        (await _api.PostAsync("group.addDelegate", _alice,
            new { group_id = Group, delegate_did = _bob, permissions = new[] { "add_member", "remove_member" } })).Ok();
        (await PostAsync("addMembers", _bob, dora, NewDid())).Ok();
        (await RemoveAsync(_bob, [dora, carol], rotate: true)).Is(403, "Forbidden");
        (await RemoveAsync(_bob, [dora, carol])).Ok();
    }

    [Theory]
    [InlineData("addMembers")]
    [InlineData("removeMembers")]
    public async Task Bad_lists_are_refused_and_change_nothing(string method)
    {
        string[][] lists =
        [
            [], [.. Enumerable.Range(0, 91).Select(_ => NewDid())], ["bob"], [NewDid(), ""], [_bob, _bob], [_alice],
        ];
        foreach (var list in lists)
            (await PostAsync(method, _alice, list)).Is(400, "InvalidRequest");
        (await _api.PostAsync($"group.{method}", _alice, new { group_id = Group })).Is(400, "InvalidRequest");
        (await _api.PostAsync($"group.{method}", _alice, new { group_id = Group, member_dids = _bob }))
            .Is(400, "InvalidRequest");
        (await _api.PostAsync($"group.{method}", _alice, new { group_id = Group, member_dids = new[] { 1 } }))
            .Is(400, "InvalidRequest");
        Assert.Empty(await MembersAsync());
    }

    [Fact]
    public async Task The_longest_names_fit_and_longer_bodies_do_not()
    {
        var (a, b, c, d) = (new string('a', 61), new string('b', 63), new string('c', 63), new string('d', 59));
        string[] longest = [.. Enumerable.Range(0, 90).Select(i => $"did:web:{i:D2}{a}.{b}.{c}.{d}.e")];
        Assert.Equal(261, longest[0].Length);
        Assert.All(await AddAsync(longest), status => Assert.Equal("added", status));
        Assert.Equal(longest.Order(), await LoggedAsync("add_member"));
        (await _api.PostAsync("group.addMembers", _alice, new { group_id = Group, x = new string('x', 32 * 1024) }))
            .Is(413, "PayloadTooLarge");
    }

    [Fact]
    public async Task Calls_for_the_same_members_at_the_same_time_add_each_once()
    {
        string[] members = [.. Enumerable.Range(0, 20).Select(_ => NewDid())];
        var calls = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => AddAsync([.. members.Skip(i)])));
        Assert.Equal(20, calls.Sum(statuses => statuses.Count(status => status == "added")));
        Assert.Equal(members.Order(), await MembersAsync());
        Assert.Equal(members.Order(), await LoggedAsync("add_member"));
    }

    private static string[] Statuses(Answer answer) => Members(answer, "status");

    private static string[] Members(Answer answer, string property) =>
    [
        .. answer.Json.GetProperty("members").EnumerateArray()
            .Select(each => each.GetProperty(property).GetString()!),
    ];

    private string NewDid() => _api.NewAccount();

    private async Task<string[]> AddAsync(params string[] members)
    {
        var answer = (await PostAsync("addMembers", _alice, members)).Ok();
        Assert.Equal(Group, answer.String("groupId"));
        Assert.Equal(members, Members(answer, "memberDid"));
        return Statuses(answer);
    }

    private Task<Answer> PostAsync(string method, string caller, params string[] members) =>
        _api.PostAsync($"group.{method}", caller, new { group_id = Group, member_dids = members });

    private Task<Answer> RemoveAsync(string caller, string[] members, bool rotate = false) =>
        _api.PostAsync("group.removeMembers", caller, new { group_id = Group, member_dids = members, rotate });

    private Task<Answer> ReadAsync(string did) => _api.GetAsync("group.getKey", did, ("group_id", Group));

    private async Task<IEnumerable<string>> MembersAsync() => Members(
        (await _api.GetAsync("group.listMembers", _alice, ("group_id", Group), ("limit", "100"))).Ok(), "did").Order();

    /// <summary>The targets of an action in the access log, over all pages.</summary>
    private async Task<IEnumerable<string>> LoggedAsync(string action)
    {
        var targets = new List<string>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = (await _api.GetAsync(
                "group.getAccessLog", _alice, ("group_id", Group), ("limit", "40"), ("cursor", cursor))).Ok().Json;
            targets.AddRange(page.GetProperty("entries").EnumerateArray()
                .Where(entry => entry.GetProperty("action").GetString() == action
                    && entry.GetProperty("outcome").GetString() == "granted")
                .Select(entry => entry.GetProperty("target").GetString()!));
            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }

        return targets.Order();
    }
}
