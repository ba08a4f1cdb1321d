using System.Globalization;
using System.Text.Json;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Delegates: their permissions, their expiry, and what remains after removal.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class DelegateTests(KeyserverFixture keyserver) : IAsyncLifetime
{
    private static readonly string[] Everything = ["add_member", "remove_member", "rotate_key"];

    private readonly Api _api = keyserver.Api;
    private readonly StorageView _storage = new(keyserver.Stack);
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _carol = keyserver.Api.NewAccount();
    private readonly string _dora = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    /// <summary>The roles, and the result of each call. A call that is not listed is Forbidden.</summary>
    public static TheoryData<string, string[]> Rights => new()
    {
        {
            "owner",
            [
                "getKey", "listKeyVersions", "addMember", "removeMember", "removeMember+rotate", "rotateKey",
                "listMembers", "addDelegate",
                "removeDelegate", "listDelegates",
            ]
        },
        { "member", ["getKey", "listKeyVersions"] },
        { "add_member", ["addMember", "listMembers"] },
        { "remove_member", ["removeMember", "listMembers"] },
        { "rotate_key", ["rotateKey", "listMembers"] },
        { "remove_member rotate_key", ["removeMember", "removeMember+rotate", "rotateKey", "listMembers"] },
        { "add_member remove_member", ["addMember", "removeMember", "listMembers"] },
        { "add_member remove_member rotate_key",
            ["addMember", "removeMember", "removeMember+rotate", "rotateKey", "listMembers"] },
        { "former", [] },
        { "nobody", [] },
    };

    public static TheoryData<string> BadTimes =>
    [
        "", "tomorrow", "2099-01-01", "2099-01-01T00:00:00", "2099-01-01 00:00:00Z", "2099-01-01T00:00:00-00:00",
        "2099-13-01T00:00:00Z",
        "2099-02-30T00:00:00Z", "2099-01-01T24:00:00Z", "2099-01-01t00:00:00z", "2099-01-01T00:00:00.Z",
        "2099-01-01T00:00:00Z\n",
        "٢٠٩٩-01-01T00:00:00Z", "4070908800", "2025-01-23T10:30:00.000Z", "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00",
    ];

    public async Task InitializeAsync() => (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task Each_role_can_do_what_was_granted_and_nothing_else(string role, string[] allowed)
    {
        var caller = role == "owner" ? _alice : _bob;
        switch (role)
        {
            case "owner" or "nobody":
                break;
            case "member":
                await AddMemberAsync(_alice, _bob);
                break;
            case "former":
                await AddDelegateAsync(_bob, Everything);
                await AddMemberAsync(_bob, _api.NewAccount());
                await RemoveDelegateAsync(_bob);
                break;
            default:
                await AddDelegateAsync(_bob, role.Split(' '));
                break;
        }

        await AddMemberAsync(_alice, _carol);
        await AddDelegateAsync(_dora, ["add_member"]);
        foreach (var call in (string[])
            [
                "getKey", "listKeyVersions", "addMember", "removeMember", "removeMember+rotate", "rotateKey",
                "listMembers", "addDelegate",
                "removeDelegate", "listDelegates",
            ])
        {
            if (call == "removeMember+rotate" && allowed.Contains("removeMember"))
                await AddMemberAsync(_alice, _carol);
            var answer = await CallAsync(call.Split('+')[0], caller, call switch
            {
                "addMember" => (object)new { group_id = Group, member_did = _api.NewAccount() },
                "removeMember" => new { group_id = Group, member_did = _carol },
                "removeMember+rotate" => new { group_id = Group, member_did = _carol, rotate = true },
                "addDelegate" => new { group_id = Group, delegate_did = _bob, permissions = Everything },
                "removeDelegate" => new { group_id = Group, delegate_did = _dora },
                _ => new { group_id = Group },
            });
            if (allowed.Contains(call))
                answer.Ok();
            else
                answer.Is(403, "Forbidden");
        }
    }

    [Fact]
    public async Task The_owner_sees_the_permissions_of_each_delegate()
    {
        var added =
            (await AddDelegateAsync(
            _bob, ["rotate_key", "add_member", "rotate_key"], "2099-01-23T10:30:00.1239+01:00")).Json;
        Assert.Equal(
            (Group, _bob, "authorized"), (Text(added, "groupId"), Text(added, "delegateDid"), Text(added, "status")));
        Assert.Equal(["add_member", "rotate_key"],
            added.GetProperty("permissions").EnumerateArray().Select(name => name.GetString()));
        await AddDelegateAsync(_carol, ["remove_member"]);

        var listed = (await ListDelegatesAsync()).ToDictionary(entry => Text(entry, "did"));
        Assert.Equal(2, listed.Count);
        Assert.Equal("2099-01-23T09:30:00.123Z", Text(listed[_bob], "expires_at"));
        var permissions = listed[_bob].GetProperty("permissions").EnumerateArray();
        Assert.Equal(["add_member", "rotate_key"], permissions.Select(name => name.GetString()));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", Text(listed[_bob], "created_at"));
        Assert.False(listed[_carol].TryGetProperty("expires_at", out _));
    }

    [Fact]
    public async Task A_delegate_added_again_has_only_the_new_permissions()
    {
        await AddDelegateAsync(_bob, ["add_member", "remove_member"], "2099-01-01T00:00:00Z");
        await AddDelegateAsync(_bob, ["rotate_key"]);
        (await TryAddMemberAsync(_bob, _carol)).Is(403, "Forbidden");
        (await _api.PostAsync("group.rotateKey", _bob, new { group_id = Group })).Ok();
        Assert.False(Assert.Single(await ListDelegatesAsync()).TryGetProperty("expires_at", out _));
    }

    [Fact]
    public async Task A_delegate_is_refused_as_soon_as_it_expires()
    {
        // On a slow machine a short time ends before it is used.
        for (var lifetime = TimeSpan.FromSeconds(1.5); !await WorksUntilExpiryAsync(lifetime); lifetime *= 2)
            Assert.InRange(lifetime, TimeSpan.Zero, Eventually.Patience);
        (await _api.GetAsync("group.listMembers", _bob, ("group_id", Group))).Is(403, "Forbidden");
        (await _api.PostAsync("group.rotateKey", _bob, new { group_id = Group })).Is(403, "Forbidden");
        Assert.Empty((await _api.GetAsync("group.listGroups", _bob)).Ok().Json.GetProperty("groups").EnumerateArray());
        Assert.Equal(_bob, Text(Assert.Single(await ListDelegatesAsync()), "did"));
        (await RemoveAsync(_bob, _bob)).Ok();
        Assert.Empty(await ListDelegatesAsync());
    }

    /// <summary>Refused after the expiry; false if nothing was granted before.</summary>
    private async Task<bool> WorksUntilExpiryAsync(TimeSpan lifetime)
    {
        var expires = TimeProvider.System.GetUtcNow() + lifetime;
        var added = await TryAddDelegateAsync(
            _bob, Everything, expires.ToString(TimeConverter.Format, CultureInfo.InvariantCulture));
        if (added.Status == 400)
            return false;
        added.Ok();
        for (var isUsed = false; ;)
        {
            var isOver = TimeProvider.System.GetUtcNow() >= expires;
            var answer = await TryAddMemberAsync(_bob, _api.NewAccount());
            if (isOver)
            {
                answer.Is(403, "Forbidden");
                return isUsed;
            }

            isUsed |= answer.Status == 200;
        }
    }

    [Theory]
    [MemberData(nameof(BadTimes))]
    public async Task An_invalid_or_past_time_is_refused(string expires) =>
        await IsRefusedAsync(
            new { group_id = Group, delegate_did = _bob, permissions = Everything, expires_at = expires });

    [Theory]
    [InlineData("2099-01-01T00:00:00Z")]
    [InlineData("2099-01-01T00:00:00.12345678901234567890Z")]
    [InlineData("2099-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59.999Z")]
    public async Task Every_valid_form_of_a_time_is_accepted(string expires) =>
        await AddDelegateAsync(_bob, Everything, expires);

    [Fact]
    public async Task Empty_or_unknown_permissions_are_refused()
    {
        foreach (var permissions in (object?[])
            [
                null, "add_member", Array.Empty<string>(), new[] { "delete" }, new[] { "add_member", "Rotate_key" },
                new[] { "" },
                new string?[] { null }, new[] { 1 },
            ])
        {
            await IsRefusedAsync(new { group_id = Group, delegate_did = _bob, permissions });
        }

        await IsRefusedAsync(new { group_id = Group, delegate_did = "did:key:zabc", permissions = Everything });
        await IsRefusedAsync(new { group_id = Group, delegate_did = _alice, permissions = Everything });
    }

    [Fact]
    public async Task Edge_cases_are_as_specified()
    {
        (await RemoveAsync(_alice, _bob)).Is(404, "DelegateNotFound");
        (await RemoveAsync(_alice, _alice)).Is(404, "DelegateNotFound");
        (await RemoveAsync(_bob, _bob)).Is(403, "Forbidden");
        await AddDelegateAsync(_bob, Everything);
        (await RemoveAsync(_bob, _carol)).Is(403, "Forbidden");
        (await RemoveAsync(_carol, _bob)).Is(403, "Forbidden");
        var removed = (await RemoveAsync(_bob, _bob)).Ok();
        Assert.Equal((Group, _bob, "revoked"),
            (removed.String("groupId"), removed.String("delegateDid"), removed.String("status")));
        (await RemoveAsync(_bob, _bob)).Is(403, "Forbidden");
        (await RemoveAsync(_alice, _bob)).Is(404, "DelegateNotFound");
        foreach (
            var method in new[] { "group.addDelegate", "group.removeDelegate", "group.listDelegates",
            "group.listMembers" })
            (await _api.CallAsync(method, _alice, $"{_alice}#nobody-made-this", _bob)).Is(404, "GroupNotFound");
    }

    [Fact]
    public async Task A_delegate_can_leave_as_a_member_and_stay_a_delegate()
    {
        await AddDelegateAsync(_bob, ["rotate_key"]);
        await AddMemberAsync(_alice, _bob);
        (await _api.PostAsync("group.removeMember", _bob, new { group_id = Group, member_did = _bob, rotate = true }))
            .Is(403, "Forbidden");
        (await _api.PostAsync("group.removeMember", _bob, new { group_id = Group, member_did = _bob })).Ok();
        (await _api.GetAsync("group.getKey", _bob, ("group_id", Group))).Is(403, "Forbidden");
        (await _api.PostAsync("group.rotateKey", _bob, new { group_id = Group })).Ok();
    }

    [Fact]
    public async Task The_adder_of_a_member_is_known_after_its_removal_but_is_not_named_in_the_members_row()
    {
        await AddDelegateAsync(_bob, Everything);
        await AddMemberAsync(_alice, _carol);
        await AddMemberAsync(_bob, _dora);
        Dictionary<string, string> expected = new() { [_carol] = _alice, [_dora] = _bob };
        Assert.Equal(expected, await AddersAsync());

        await RemoveDelegateAsync(_bob);
        Assert.Equal(expected, await AddersAsync());
        Assert.Empty(await ListDelegatesAsync());
        Assert.Single(await RowsNamingAsync(_bob));
        Assert.Equal(1, await IndexRowsAsync(_bob));

        // It reuses its former row.
        await AddDelegateAsync(_bob, ["add_member"]);
        var erin = _api.NewAccount();
        await AddMemberAsync(_bob, erin);
        expected[erin] = _bob;
        Assert.Equal(expected, await AddersAsync());
        Assert.Single(await RowsNamingAsync(_bob));

        // As the deletion of an account does: its rows are removed, and members' rows need no change.
        foreach (var row in await RowsNamingAsync(_bob))
            await _storage.Groups.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        expected[_dora] = expected[erin] = "did:erased";
        Assert.Equal(expected, await AddersAsync());
    }

    [Fact]
    public async Task Nothing_remains_of_a_removed_delegate_that_added_nobody()
    {
        await AddDelegateAsync(_bob, Everything);
        (await TryAddMemberAsync(_bob, _alice)).Is(409, "MemberAlreadyExists");
        Assert.Equal(1, await IndexRowsAsync(_bob));
        await RemoveDelegateAsync(_bob);
        Assert.Empty(await RowsNamingAsync(_bob));
        Assert.Equal(0, await IndexRowsAsync(_bob));
    }

    [Fact]
    public async Task Actions_and_refusals_of_a_delegate_are_logged()
    {
        var before = await _storage.CountLogRowsAsync();
        await AddDelegateAsync(_bob, ["add_member", "remove_member"]);
        await AddMemberAsync(_bob, _carol);
        (await _api.PostAsync("group.removeMember", _bob, new { group_id = Group, member_did = _carol })).Ok();
        (await _api.PostAsync("group.rotateKey", _bob, new { group_id = Group })).Is(403, "Forbidden");
        await RemoveDelegateAsync(_bob);
        Assert.Equal(5, await _storage.CountLogRowsAsync() - before);
    }

    private Task<Answer> CallAsync(string method, string caller, object input) => Methods.IsQuery("group." + method)
        ? _api.GetAsync("group." + method, caller, ("group_id", Group))
        : _api.PostAsync("group." + method, caller, input);

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;

    private async Task<Answer> AddDelegateAsync(string did, string[] permissions, string? expires = null) =>
        (await TryAddDelegateAsync(did, permissions, expires)).Ok();

    private Task<Answer> TryAddDelegateAsync(string did, string[] permissions, string? expires) =>
        _api.PostAsync("group.addDelegate", _alice,
            new { group_id = Group, delegate_did = did, permissions, expires_at = expires });

    private async Task IsRefusedAsync(object input)
    {
        (await _api.PostAsync("group.addDelegate", _alice, input)).Is(400, "InvalidRequest");
        Assert.Empty(await ListDelegatesAsync());
    }

    private async Task RemoveDelegateAsync(string did) => (await RemoveAsync(_alice, did)).Ok();

    private Task<Answer> RemoveAsync(string caller, string did) =>
        _api.PostAsync("group.removeDelegate", caller, new { group_id = Group, delegate_did = did });

    private async Task AddMemberAsync(string caller, string did) => (await TryAddMemberAsync(caller, did)).Ok();

    private Task<Answer> TryAddMemberAsync(string caller, string did) =>
        _api.PostAsync("group.addMember", caller, new { group_id = Group, member_did = did });

    private async Task<List<JsonElement>> ListDelegatesAsync() =>
        [.. (await _api.GetAsync("group.listDelegates", _alice, ("group_id", Group))).Ok().Json.GetProperty("delegates")
            .EnumerateArray()];

    private async Task<Dictionary<string, string>> AddersAsync() =>
        (await _api.GetAsync("group.listMembers", _alice, ("group_id", Group))).Ok().Json.GetProperty("members")
            .EnumerateArray()
            .ToDictionary(member => Text(member, "did"), member => Text(member, "added_by"));

    /// <summary>The rows of groups with the DID in any column.</summary>
    private async Task<List<TableEntity>> RowsNamingAsync(string did) =>
        await _storage.Groups.QueryAsync<TableEntity>().Where(row => row.Any(column => column.Value as string == did))
            .ToListAsync();

    private async Task<int> IndexRowsAsync(string did)
    {
        await _api.GetAsync("keypair.getKeypair", did);
        var partition = await _storage.PartitionOfAccountAsync(did);
        return await _storage.Service.GetTableClient("memberships")
            .QueryAsync<TableEntity>($"PartitionKey eq '{partition}'").CountAsync();
    }
}
