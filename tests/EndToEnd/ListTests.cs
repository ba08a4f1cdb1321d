using System.Text.Json;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.Support.Lexicons;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Paging of members, delegates and groups.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class ListTests(KeyserverFixture keyserver) : IAsyncLifetime
{
    private readonly Api _api = keyserver.Api;
    private readonly StorageView _storage = new(keyserver.Stack);
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();

    public static TheoryData<string> BadLimits => [" ", "0", "-1", "101", "1.0", "+1", " 1", "1\0", "abc", "١",
        "99999999999999999999"];

    private string Group => $"{_alice}#friends";

    public async Task InitializeAsync() => await MakeGroupAsync(_alice, "friends");

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(100)]
    public async Task Every_member_is_on_exactly_one_page(int limit)
    {
        var members = await AddMembersAsync(20);
        var pages = await PagesAsync("group.listMembers", _alice, "members", limit, ("group_id", Group));
        Assert.All(pages, page => Assert.InRange(page.Count, 1, limit));
        // Pages without a cursor end the list.
        Assert.Equal((20 + limit - 1) / limit, pages.Count);
        Assert.Equal(members.Order(),
            pages.SelectMany(page => page).Select(member => member.GetProperty("did").GetString()).Order());
        Assert.All(
            pages.SelectMany(page => page), member => Assert.Equal(_alice, member.GetProperty("added_by").GetString()));
    }

    [Fact]
    public async Task A_group_without_members_or_delegates_has_empty_lists()
    {
        foreach (
            var (method, entries) in new[] { ("group.listMembers", "members"), ("group.listDelegates", "delegates") })
            Assert.Empty(Assert.Single(await PagesAsync(method, _alice, entries, 5, ("group_id", Group))));
        Assert.Empty(Assert.Single(await PagesAsync("group.listGroups", _bob, "groups", 5)));
    }

    [Fact]
    public async Task Without_a_limit_a_page_has_the_lexicons_default()
    {
        await AddMembersAsync(DefaultLimit("group.listMembers") + 1);
        await IsFullAsync("group.listMembers", "members");
        await Task.WhenAll(Enumerable.Range(0,
            DefaultLimit("group.listDelegates") + 1).Select(_ => AddDelegateAsync(Group, _api.NewAccount())));
        await IsFullAsync("group.listDelegates", "delegates");
        await Task.WhenAll(Enumerable.Range(0,
            DefaultLimit("group.listGroups")).Select(n => MakeGroupAsync(_alice, $"group{n}")));
        await IsFullAsync("group.listGroups", "groups");
        await IsFullAsync("group.getAccessLog", "entries");

        static int DefaultLimit(string method) => LexiconCatalog.Product[Api.A + method].Main!.Value
            .GetProperty("parameters").GetProperty("properties").GetProperty("limit").GetProperty("default").GetInt32();

        async Task IsFullAsync(string method, string entries)
        {
            var first = (await _api.GetAsync(method, _alice, ("group_id", Group))).Ok().Json;
            Assert.Equal((DefaultLimit(method), true),
                (first.GetProperty(entries).GetArrayLength(), first.TryGetProperty("cursor", out _)));
        }
    }

    [Fact]
    public async Task Permanent_members_are_listed_exactly_once_during_changes()
    {
        var staying = await AddMembersAsync(30);
        var changing = await AddMembersAsync(10);
        using var stop = new CancellationTokenSource();
        var changes = Task.Run(async () =>
        {
            for (var round = 0; !stop.IsCancellationRequested; round++)
            {
                var member = new { group_id = Group, member_did = changing[round % changing.Length] };
                (await _api.PostAsync("group.removeMember", _alice, member)).Ok();
                (await _api.PostAsync("group.addMember", _alice, member)).Ok();
            }
        });
        for (var round = 0; round < 10; round++)
        {
            var pages = await PagesAsync("group.listMembers", _alice, "members", 3, ("group_id", Group));
            var seen = pages.SelectMany(page => page).Select(member => member.GetProperty("did").GetString()!).ToList();
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Superset(staying.ToHashSet(), seen.ToHashSet());
            Assert.Subset(staying.Concat(changing).ToHashSet(), seen.ToHashSet());
        }

        await stop.CancelAsync();
        await changes;
    }

    [Fact]
    public async Task Delegates_are_paged_and_former_ones_shorten_pages()
    {
        var delegates = Enumerable.Range(0, 9).Select(_ => _api.NewAccount()).ToArray();
        foreach (var account in delegates)
        {
            await AddDelegateAsync(Group, account);
            (await _api.PostAsync("group.addMember", account, new { group_id = Group, member_did = _api.NewAccount() }))
                .Ok();
        }

        foreach (var account in delegates.Take(6))
            (await _api.PostAsync("group.removeDelegate", _alice, new { group_id = Group, delegate_did = account }))
                .Ok();
        var pages = await PagesAsync("group.listDelegates", _alice, "delegates", 2, ("group_id", Group));
        Assert.Equal(5, pages.Count);
        Assert.Equal(
            delegates.Skip(6).Order(),
            pages.SelectMany(page => page).Select(entry => entry.GetProperty("did").GetString()).Order());
    }

    [Fact]
    public async Task An_account_sees_its_groups_by_role()
    {
        var family = await MakeGroupAsync(_alice, "family");
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = family })).Ok();
        var own = await MakeGroupAsync(_bob, "own");
        await AddMemberAsync(Group, _bob);
        await AddMemberAsync(family, _bob);
        await AddDelegateAsync(family, _bob);

        (string, string, int)[] expected =
            [(own, "owner", 1), (Group, "member", 1), (family, "member", 2), (family, "delegate", 2)];
        foreach (var limit in new[] { 1, 3, 100 })
        {
            Assert.Equal(expected.Order(), (await GroupsAsync(limit)).Order());
            foreach (var role in new[] { "owner", "member", "delegate" })
                Assert.Equal(expected.Where(group => group.Item2 == role).Order(),
                    (await GroupsAsync(limit, ("role", role))).Order());
        }

        (await _api.PostAsync("group.removeMember", _bob, new { group_id = Group, member_did = _bob })).Ok();
        (await _api.PostAsync("group.removeDelegate", _bob, new { group_id = family, delegate_did = _bob })).Ok();
        Assert.Equal([(own, "owner", 1), (family, "member", 2)],
            (await GroupsAsync(1)).OrderBy(group => group.Role == "member"));
    }

    [Fact]
    public async Task Index_rows_without_a_matching_group_row_are_skipped()
    {
        var own = await MakeGroupAsync(_bob, "own");
        await AddDelegateAsync(Group, _bob);
        (await _api.PostAsync("group.addMember", _bob, new { group_id = Group, member_did = _api.NewAccount() })).Ok();
        (await _api.PostAsync("group.removeDelegate", _alice, new { group_id = Group, delegate_did = _bob })).Ok();
        var (account, group) =
            (await _storage.PartitionOfAccountAsync(_bob), await _storage.PartitionOfGroupAsync(Group));
        foreach (
            var (role, named) in new[] { ("owner", group), ("member", group), ("member", new string('0', 32)),
            ("owner", new string('f', 32)) })
        {
            await _storage.Service.GetTableClient("memberships")
                .AddEntityAsync(new TableEntity(account, $"{role}:{named}~{account[..8]}") { ["Group"] = named });
        }

        // The row of the former delegate still exists.
        Assert.Equal([(own, "owner", 1)], await GroupsAsync(100));
        Assert.Equal(6, (await PagesAsync("group.listGroups", _bob, "groups", 1)).Count);
    }

    [Fact]
    public async Task A_tampered_group_is_not_listed_silently()
    {
        await AddMemberAsync(Group, _bob);
        var partition = await _storage.PartitionOfGroupAsync(Group);
        var head = (await _storage.Groups.GetEntityAsync<TableEntity>(partition, $"head~{partition[..8]}")).Value;
        foreach (var id in new[] { $"{_alice}#others", "no-group" })
        {
            head["GroupId"] = id;
            await _storage.Groups.UpdateEntityAsync(head, Azure.ETag.All, TableUpdateMode.Replace);
            (await _api.GetAsync("group.listGroups", _bob)).Is(500, "InternalServerError");
        }

        (await _api.GetAsync("group.listGroups", _bob, ("role", "owner"))).Ok();
    }

    [Theory]
    [MemberData(nameof(BadLimits))]
    public async Task A_limit_must_be_an_integer_from_1_to_100(string limit)
    {
        foreach (var method in new[] { "group.listMembers", "group.listDelegates", "group.listGroups" })
            (await _api.GetAsync(method, _alice, ("group_id", Group), ("limit", limit))).Is(400, "InvalidRequest");
    }

    [Theory]
    [InlineData("Owner")]
    [InlineData("reader")]
    public async Task A_role_must_be_one_of_three(string role) =>
        (await _api.GetAsync("group.listGroups", _alice, ("role", role))).Is(400, "InvalidRequest");

    [Theory]
    [InlineData("group.listMembers", "limit")]
    [InlineData("group.listDelegates", "cursor")]
    [InlineData("group.listGroups", "role")]
    public async Task A_parameter_must_not_be_repeated(string method, string name) =>
        (await _api.GetAsync(method, _alice, ("group_id", Group), (name, "1"), (name, "1"))).Is(400, "InvalidRequest");

    [Fact]
    public async Task A_cursor_is_valid_only_for_its_list_and_its_caller()
    {
        var family = await MakeGroupAsync(_alice, "family");
        await AddMembersAsync(2);
        await AddDelegateAsync(Group, _bob);
        await AddDelegateAsync(Group, _api.NewAccount());
        var members = await CursorAsync("group.listMembers", ("group_id", Group));
        var delegates = await CursorAsync("group.listDelegates", ("group_id", Group));
        var groups = await CursorAsync("group.listGroups");
        var owned = await CursorAsync("group.listGroups", ("role", "owner"));

        (string Method, string Caller, string Group, string? Role, string Cursor)[] misused =
        [
            ("group.listMembers", _alice, family, null, members),
            ("group.listMembers", _bob, Group, null, members),
            ("group.listMembers", _alice, Group, null, delegates),
            ("group.listMembers", _alice, Group, null, groups),
            ("group.listDelegates", _alice, Group, null, members),
            ("group.listDelegates", _alice, family, null, delegates),
            ("group.listGroups", _bob, Group, null, groups),
            ("group.listGroups", _alice, Group, "owner", groups),
            ("group.listGroups", _alice, Group, "member", owned),
            ("group.listGroups", _alice, Group, null, owned),
            ("group.listGroups", _alice, Group, null, members),
            ("group.listMembers", _alice, Group, null, members + "="),
        ];
        foreach (var (method, caller, group, role, cursor) in misused)
            await IsRefusedAsync(method, caller, group, role, cursor);
        foreach (var bad in (string[])
            [
                members[..^1], members[1..], members + "A", members[..10], "YQ", "!", "\0", "🔑", new string('A', 1024),
                new string('A', 4096), (members[0] == 'A' ? 'B' : 'A') + members[1..],
            ])
            await IsRefusedAsync("group.listMembers", _alice, Group, null, bad);
        (await _api.GetAsync("group.listMembers", _alice, ("group_id", Group), ("cursor", members))).Ok();

        async Task IsRefusedAsync(string method, string caller, string group, string? role, string cursor)
        {
            (string, string)[] parameters =
                [("group_id", group), ("cursor", cursor), .. role is null ? [] : new[] { ("role", role) }];
            (await _api.GetAsync(method, caller, parameters)).Is(400, "InvalidRequest");
        }

        async Task<string> CursorAsync(string method, params (string, string)[] parameters) =>
            (await _api.GetAsync(method, _alice, [.. parameters, ("limit", "1")])).Ok().String("cursor");
    }

    private async Task<string> MakeGroupAsync(string owner, string name)
    {
        (await _api.GetAsync("group.getKey", owner, ("group_id", $"{owner}#{name}"))).Ok();
        return $"{owner}#{name}";
    }

    private async Task<string[]> AddMembersAsync(int count)
    {
        var members = Enumerable.Range(0, count).Select(_ => _api.NewAccount()).ToArray();
        await Task.WhenAll(members.Select(member => AddMemberAsync(Group, member)));
        return members;
    }

    private async Task AddMemberAsync(string group, string did) =>
        (await _api.PostAsync("group.addMember", _alice, new { group_id = group, member_did = did })).Ok();

    private async Task AddDelegateAsync(string group, string did) => (await _api.PostAsync(
        "group.addDelegate", _alice,
        new { group_id = group, delegate_did = did, permissions = new[] { "add_member" } })).Ok();

    private async Task<List<(string Id, string Role, int Version)>> GroupsAsync(
        int limit, params (string, string)[] parameters) =>
    [
        .. (await PagesAsync("group.listGroups", _bob, "groups", limit, parameters)).SelectMany(page => page)
            .Select(group => (
            group.GetProperty("groupId").GetString()!, group.GetProperty("role").GetString()!,
            group.GetProperty("activeVersion").GetInt32())),
    ];

    private async Task<List<List<JsonElement>>> PagesAsync(
        string method, string caller, string entries, int limit, params (string, string)[] parameters)
    {
        var pages = new List<List<JsonElement>>();
        string? cursor = null;
        do
        {
            (string, string)[] more = cursor is null ? [] : [("cursor", cursor)];
            var page = (await _api.GetAsync(method, caller, [.. parameters, ("limit", $"{limit}"), .. more])).Ok().Json;
            pages.Add([.. page.GetProperty(entries).EnumerateArray()]);
            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);
        return pages;
    }
}
