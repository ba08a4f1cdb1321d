using System.Text;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Owners delete groups, and accounts are deleted permanently.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class DeletionTests(KeyserverFixture keyserver) : IAsyncLifetime
{
    private static readonly object Confirmed = new { confirmation = "DELETE_ALL_MY_DATA" };

    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _mallory = keyserver.Api.NewAccount();

    private string Friends => $"{_alice}#friends";

    private string Work => $"{_bob}#work";

    public async Task InitializeAsync()
    {
        (await ReadAsync(_api, _alice, Friends)).Ok();
        (await ReadAsync(_api, _bob, Work)).Ok();
        await AddAsync(_alice, Friends, _bob);
        await AddAsync(_bob, Work, _alice);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_deleted_group_is_gone_on_every_instance_and_is_recreated_with_the_next_version()
    {
        var key = (await ReadAsync(_api, _alice, Friends)).Ok().String("secretKey");
        var other = await keyserver.Stack.StartInstanceAsync();
        using var warm = new Api(keyserver.Stack, other.Origin);
        (await ReadAsync(warm, _bob, Friends)).Ok();

        Assert.Equal("deleted", (await DeleteGroupAsync(_alice)).Ok().String("status"));
        foreach (var api in new[] { _api, warm })
        {
            (await ReadAsync(api, _bob, Friends)).Is(403, "Forbidden");
            (await ReadAsync(api, _alice, Friends, "1")).Is(404, "GroupNotFound");
            (await api.PostAsync("group.rotateKey", _alice, new { group_id = Friends })).Is(404, "GroupNotFound");
        }

        (await DeleteGroupAsync(_alice)).Is(404, "GroupNotFound");
        var again = (await ReadAsync(warm, _alice, Friends)).Ok();
        Assert.Equal(2, again.Int("version"));
        Assert.NotEqual(key, again.String("secretKey"));
        (await ReadAsync(_api, _bob, Friends)).Is(403, "Forbidden");
        (await ReadAsync(_api, _alice, Friends, "1")).Is(404, "KeyVersionNotFound");
        await AddAsync(_alice, Friends, _bob);
        (await ReadAsync(warm, _bob, Friends)).Ok();
    }

    [Fact]
    public async Task Only_the_owner_can_delete_a_group()
    {
        foreach (var caller in new[] { _bob, _mallory })
            (await DeleteGroupAsync(caller)).Is(403, "Forbidden");
        (await _api.PostAsync("group.delete", _alice, new { group_id = $"{_alice}#nothing" })).Is(404, "GroupNotFound");
        (await ReadAsync(_api, _bob, Friends)).Ok();
    }

    [Fact]
    public async Task Nothing_is_deleted_without_confirmation()
    {
        foreach (
            var body in new object?[] { null, new { }, new { confirmation = "delete_all_my_data" },
            new { confirmation = "" }, new { confirm = true } })
            (await _api.PostAsync("account.delete", _alice, body)).Is(400, "InvalidRequest");
        (await ReadAsync(_api, _bob, Friends)).Ok();
    }

    [Fact]
    public async Task A_deleted_account_is_refused_everywhere_and_no_row_names_it()
    {
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        (await _api.PostAsync("keypair.rotate", _alice, null)).Ok();
        var other = await keyserver.Stack.StartInstanceAsync();
        using var warm = new Api(keyserver.Stack, other.Origin);
        (await warm.GetAsync("keypair.getKeypair", _alice)).Ok();
        (await ReadAsync(warm, _alice, Friends)).Ok();
        (await ReadAsync(warm, _bob, Friends)).Ok();

        // A call removes rows for a few seconds.
        Answer deleted;
        while ((deleted = (await DeleteAccountAsync()).Ok()).String("status") == "deleting")
            Assert.Equal(2, deleted.Json.GetProperty("deleted").GetProperty("keypairVersions").GetInt32());
        Assert.Equal("deleted", deleted.String("status"));
        Assert.Equal("""{"keypairVersions":2,"groups":1,"memberships":1,"delegations":0}""",
            deleted.Json.GetProperty("deleted").GetRawText());

        (await ReadAsync(warm, _bob, Friends)).Is(403, "Forbidden");
        (await warm.GetAsync("keypair.getPublicKey", null, ("did", _alice), ("version", "1")))
            .Is(404, "KeyVersionNotFound");
        foreach (var method in (IEnumerable<object[]>)Methods.OfAccounts)
        {
            if ((string)method[0] != "account.delete")
                (await _api.CallAsync((string)method[0], _alice, Work, _bob)).Is(403, "AccountDeleted");
        }

        (await warm.GetAsync("keypair.getKeypair", _alice)).Is(403, "AccountDeleted");
        foreach (var method in (string[])["keypair.getPublicKey", "key.public"])
        {
            (await _api.GetAsync(method, null, ("did", _alice))).Is(404, "KeyVersionNotFound");
            using var probe =
                new HttpRequestMessage(HttpMethod.Head, $"/xrpc/{Api.A}{method}?did={Uri.EscapeDataString(_alice)}");
            Assert.Equal(404, (await _api.SendAsync(probe)).Status);
        }

        Assert.Equal(deleted.Text, (await DeleteAccountAsync()).Ok().Text);

        var name = Encoding.UTF8.GetBytes(_alice);
        foreach (var (table, row) in await new StorageView(keyserver.Stack).AllAsync())
        {
            foreach (var (column, value) in row)
            {
                var cell = value as byte[] ?? Encoding.UTF8.GetBytes($"{value}");
                Assert.True(cell.AsSpan().IndexOf(name) < 0, $"{table} {row.RowKey} names the account in {column}.");
            }
        }
    }

    [Fact]
    public async Task The_deletion_of_an_account_without_its_own_rows_removes_it_from_groups()
    {
        var carol = _api.NewAccount();
        await AddAsync(_alice, Friends, carol);
        var answer = (await _api.PostAsync("account.delete", carol, Confirmed)).Ok();
        Assert.Equal(1, answer.Json.GetProperty("deleted").GetProperty("memberships").GetInt32());
        (await ReadAsync(_api, carol, Friends)).Is(403, "AccountDeleted");
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Friends, member_did = carol }))
            .Is(409, "MemberUnavailable");
        var rights = new { group_id = Friends, delegate_did = carol, permissions = new[] { "add_member" } };
        (await _api.PostAsync("group.addDelegate", _alice, rights)).Is(409, "MemberUnavailable");
    }

    private Task<Answer> DeleteGroupAsync(string caller) =>
        _api.PostAsync("group.delete", caller, new { group_id = Friends });

    private Task<Answer> DeleteAccountAsync() => _api.PostAsync("account.delete", _alice, Confirmed);

    private async Task AddAsync(string owner, string group, string did) =>
        (await _api.PostAsync("group.addMember", owner, new { group_id = group, member_did = did })).Ok();

    private static Task<Answer> ReadAsync(Api api, string caller, string group, string? version = null) =>
        version is null
        ? api.GetAsync("group.getKey", caller, ("group_id", group))
        : api.GetAsync("group.getKey", caller, ("group_id", group), ("version", version));
}
