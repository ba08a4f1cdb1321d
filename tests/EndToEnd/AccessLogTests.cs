using System.Text.Json;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>The access log that owners read.</summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed class AccessLogTests(KeyserverFixture keyserver)
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _carol = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task The_owner_of_a_group_sees_every_read_change_and_refusal_newest_first()
    {
        // Refusals are logged once a minute.
        var now = TimeProvider.System.GetUtcNow();
        var began = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
        (await _api.GetAsync("group.getKey", _bob, ("group_id", Group))).Ok();
        (await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob, rotate = true }))
            .Ok();
        (await _api.GetAsync("group.getKey", _carol, ("group_id", Group), ("version", "7"))).Is(403, "Forbidden");

        var entries = await EntriesAsync("group.getAccessLog", _alice, ("group_id", Group));
        var granted = entries.Where(entry => entry.Outcome == "granted")
            .Select(entry => (entry.Action, entry.Did, entry.Target, entry.Version));
        Assert.Equal(
            [
                ("create", _alice, null, 1),
                ("read", _alice, null, 1),
                ("add_member", _alice, _bob, null),
                ("read", _bob, null, 1),
                // One transaction has one time.
                ("remove_member", _alice, _bob, null),
                ("rotate", _alice, null, (int?)2),
            ],
            granted.Reverse().OrderBy(entry => entry.Action == "rotate"));
        var denied = Assert.Single(entries, entry => entry.Outcome == "denied");
        Assert.Equal(("read", "did:erased"), (denied.Action, denied.Did));
        Assert.Equal(
            entries.Select(entry => entry.AccessedAt).OrderDescending(), entries.Select(entry => entry.AccessedAt));
        Assert.All(entries, entry => Assert.InRange(entry.AccessedAt, began, TimeProvider.System.GetUtcNow()));
    }

    [Fact]
    public async Task The_owner_sees_the_reason_of_a_rotation_and_a_refused_reason_is_not_kept()
    {
        const string Reason = "my laptop was stolen 💻";
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group, reason = Reason })).Ok();
        (await _api.PostAsync("group.rotateKey", _bob, new { group_id = Group, reason = "mallory" }))
            .Is(403, "Forbidden");
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        (await _api.PostAsync("keypair.rotate", _alice, new { reason = Reason })).Ok();
        (await _api.PostAsync("keypair.rotate", _alice, new { reason = "\u202E\u0001" })).Ok();

        Assert.Equal([Reason], await ReasonsAsync("group.getAccessLog", ("group_id", Group)));
        Assert.Equal([Reason], await ReasonsAsync("keypair.getAccessLog"));
        var export = (await _api.GetAsync("account.export", _alice)).Ok().Text;
        Assert.Equal(2, export.Split("my laptop was stolen").Length - 1);
        Assert.DoesNotContain("mallory", export, StringComparison.Ordinal);
    }

    private async Task<string[]> ReasonsAsync(string method, params (string, string)[] query) =>
        [.. (await _api.GetAsync(method, _alice, query)).Ok().Json.GetProperty("entries").EnumerateArray()
            .Where(entry => entry.TryGetProperty("reason", out _))
                .Select(entry => entry.GetProperty("reason").GetString()!)];

    [Fact]
    public async Task An_account_sees_the_events_of_its_keypair_and_none_before_it_exists()
    {
        Assert.Empty(await EntriesAsync("keypair.getAccessLog", _alice));
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice))).Ok();
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        (await _api.PostAsync("keypair.rotate", _alice, null)).Ok();
        (await _api.GetAsync("keypair.getKeypair", _alice, ("version", "1"))).Ok();
        (await _api.HeadAsync("keypair.getKeypair", _alice)).Ok();
        var entries = await EntriesAsync("keypair.getAccessLog", _alice);
        Assert.Equal([("read", 1), ("rotate", 2), ("read", 1), ("create", (int?)1)],
            entries.Select(entry => (entry.Action, entry.Version)));
        Assert.Empty(await EntriesAsync("keypair.getAccessLog", _bob));
    }

    [Fact]
    public async Task Only_the_owner_reads_a_group_s_log()
    {
        (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", Group))).Is(404, "GroupNotFound");
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
        var member = (await _api.GetAsync("group.getAccessLog", _bob, ("group_id", Group))).Is(403, "Forbidden");
        var stranger = (await _api.GetAsync("group.getAccessLog", _carol, ("group_id", Group))).Is(403, "Forbidden");
        Assert.Equal(member.Text, stranger.Text);
        var denied = (await EntriesAsync("group.getAccessLog", _alice, ("group_id", Group)))
            .Where(entry => entry.Outcome == "denied");
        Assert.Equal([("read", "did:erased"), ("read", _bob)],
            denied.Select(entry => (entry.Action, entry.Did)).OrderBy(entry => entry.Did == _bob));
    }

    /// <summary>
    /// A record can name any group. Callers that fetch its key must not be revealed to the group's owner, who would
    /// learn who reads the record.
    /// </summary>
    [Fact]
    public async Task A_refused_stranger_is_not_named_and_its_input_is_not_shown()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        foreach (var method in Methods.OfGroups)
        {
            using var call = Methods.IsQuery(method)
                ? new HttpRequestMessage(HttpMethod.Get,
                    $"/xrpc/{Api.A}{method}?version=7&group_id={Uri.EscapeDataString(Group)}")
                : new HttpRequestMessage(HttpMethod.Post, $"/xrpc/{Api.A}{method}")
                {
                    Content = System.Net.Http.Json.JsonContent.Create(new
                    {
                        group_id = Group, member_did = _carol, member_dids = new[] { _carol }, delegate_did = _carol,
                            permissions = new[] { "add_member" },
                    }),
                };
            call.Headers.Authorization = new("Bearer", _api.Token(_carol, method));
            call.Headers.UserAgent.ParseAdd("carols-client/1");
            (await _api.SendAsync(call)).Is(403, "Forbidden");
        }

        var log = (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", Group), ("limit", "100"))).Ok();
        Assert.DoesNotContain(_carol, log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("carols-client", log.Text, StringComparison.Ordinal);
        var refusals = log.Json.GetProperty("entries").EnumerateArray()
            .Where(entry => entry.GetProperty("outcome").GetString() == "denied").ToList();
        Assert.NotEmpty(refusals);
        Assert.All(refusals, entry =>
        {
            Assert.Equal(
                ["accessed_at", "action", "did", "outcome"],
                entry.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
            Assert.Equal("did:erased", entry.GetProperty("did").GetString());
        });
    }

    [Fact]
    public async Task A_caller_with_a_role_is_named_and_one_that_lost_it_is_not()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
        var rights = new { group_id = Group, delegate_did = _carol, permissions = new[] { "add_member" } };
        (await _api.PostAsync("group.addDelegate", _alice, rights)).Ok();
        (await _api.PostAsync("group.delete", _bob, new { group_id = Group })).Is(403, "Forbidden");
        (await _api.PostAsync("group.rotateKey", _carol, new { group_id = Group })).Is(403, "Forbidden");
        Assert.Equal(
            [("delete", _bob), ("rotate", _carol)],
            (await RefusalsAsync()).OrderBy(entry => entry.Action, StringComparer.Ordinal));

        (await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
        (await _api.PostAsync("group.removeDelegate", _alice, new { group_id = Group, delegate_did = _carol })).Ok();
        (await _api.GetAsync("group.getKey", _bob, ("group_id", Group))).Is(403, "Forbidden");
        (await _api.PostAsync("group.removeMember", _carol, new { group_id = Group, member_did = _bob })).Is(403,
            "Forbidden");
        var after = await RefusalsAsync();
        Assert.Contains(("read", "did:erased"), after);
        Assert.Contains(("remove_member", "did:erased"), after);
        // The two earlier ones, once each.
        Assert.Equal(2, after.Count(entry => entry.Did != "did:erased"));

        async Task<List<(string Action, string Did)>> RefusalsAsync() =>
        [
            .. (await EntriesAsync("group.getAccessLog", _alice, ("group_id", Group)))
                .Where(entry => entry.Outcome == "denied").Select(entry => (entry.Action, entry.Did)),
        ];
    }

    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("5\0")]
    public async Task A_limit_must_be_a_number_from_1_to_100(string limit)
    {
        (await _api.GetAsync("keypair.getAccessLog", _alice, ("limit", limit))).Is(400, "InvalidRequest");
        (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", Group), ("limit", limit)))
            .Is(400, "InvalidRequest");
    }

    [Fact]
    public async Task Pages_contain_every_entry_once_and_cursors_are_valid_only_for_their_own_log()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{_alice}#family"))).Ok();
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        for (var version = 2; version <= 8; version++)
            Assert.Equal(version,
                (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group })).Ok().Int("newVersion"));

        var whole = await EntriesAsync("group.getAccessLog", _alice, ("group_id", Group));
        Assert.Equal(9, whole.Count);
        foreach (var limit in (int[])[1, 2, 3, 8, 9, 10, 100])
        {
            var pages = await PagesAsync("group.getAccessLog", _alice, ("group_id", Group), ("limit", $"{limit}"));
            Assert.All(pages, page => Assert.InRange(page.Count, 0, limit));
            Assert.Equal(whole, pages.SelectMany(page => page));
        }

        var first = (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", Group), ("limit", "1"))).Ok();
        var cursor = first.String("cursor");
        (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", $"{_alice}#family"), ("cursor", cursor)))
            .Is(400, "InvalidRequest");
        (await _api.GetAsync("keypair.getAccessLog", _alice, ("cursor", cursor))).Is(400, "InvalidRequest");
        foreach (var bad in (string[])["x", "%", cursor[..^1], cursor + "A", "AAAA" + cursor, new string('A', 2000)])
            (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", Group), ("cursor", bad)))
                .Is(400, "InvalidRequest");
        for (var place = 0; place < cursor.Length; place += 3)
        {
            var other =
                string.Concat(cursor.AsSpan(0, place), cursor[place] == 'A' ? "B" : "A", cursor.AsSpan(place + 1));
            (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", Group), ("cursor", other)))
                .Is(400, "InvalidRequest");
        }
    }

    [Fact]
    public async Task A_changed_row_is_never_served()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var storage = new StorageView(keyserver.Stack);
        var before = (await RowsAsync(storage)).Select(row => row.Row.RowKey).ToHashSet();
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var (name, row) = Assert.Single(await RowsAsync(storage), row => !before.Contains(row.Row.RowKey));
        var table = storage.Service.GetTableClient(name);

        // Moved to another time.
        var moved = row.RowKey.Replace("-2", "-0", StringComparison.Ordinal);
        await table.AddEntityAsync(new TableEntity(row.PartitionKey, moved)
        {
            ["Details"] = row["Details"],
            ["Generation"] = row["Generation"],
        });
        (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", Group))).Is(500, "InternalServerError");
        await table.DeleteEntityAsync(row.PartitionKey, moved);
        Assert.Equal(3, (await EntriesAsync("group.getAccessLog", _alice, ("group_id", Group))).Count);
        await Logged.ContainsAsync(keyserver.Stack.Log, "table accesslog");
    }

    private static async Task<List<(string Table, TableEntity Row)>> RowsAsync(StorageView storage) =>
        [.. (await storage.AllAsync()).Where(row => row.Table.StartsWith("accesslog", StringComparison.Ordinal))];

    private async Task<List<Entry>> EntriesAsync(string method, string caller, params (string, string)[] parameters)
    {
        var pages = await PagesAsync(method, caller, parameters);
        return [.. pages.SelectMany(page => page)];
    }

    private async Task<List<List<Entry>>> PagesAsync(string method, string caller, params (string, string)[] parameters)
    {
        var pages = new List<List<Entry>>();
        for (string? cursor = null; cursor is not null || pages.Count == 0;)
        {
            (string, string)[] more = cursor is null ? [] : [("cursor", cursor)];
            var page = (await _api.GetAsync(method, caller, [.. parameters, .. more])).Ok().Json;
            pages.Add(page.GetProperty("entries").Deserialize<List<Entry>>(Json)!);
            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }

        return pages;
    }

    private static readonly JsonSerializerOptions Json =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record Entry(
        int? Version, string Action, string Did, string? Target, DateTimeOffset AccessedAt, string? Ip,
        string? UserAgent, string Outcome);
}
