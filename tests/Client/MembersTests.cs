using System.Text.Json.Nodes;

namespace AtpKeyserver.Tests.Client;

/// <summary>Many accounts are added or removed with one call.</summary>
public sealed class MembersTests
{
    private const string Group = FakeKeyserver.Group;

    [Fact]
    public async Task Each_account_has_a_result()
    {
        using var keyserver = new FakeKeyserver(request => FakeWeb.Json(Answer(request)));
        Assert.Equal(
            [new("did:plc:a", MemberChangeStatus.Added), new("did:plc:b", MemberChangeStatus.Unchanged)],
            await keyserver.Client.Groups.AddMembersAsync(Group, ["did:plc:a", "did:plc:b"]));
        var removal = await keyserver.Client.Groups.RemoveMembersAsync(Group, ["did:plc:c"], rotate: true);
        Assert.Equal([new("did:plc:c", MemberChangeStatus.Removed)], removal.Members);
        Assert.Equal(3, removal.NewVersion);
        Assert.Null((await keyserver.Client.Groups.RemoveMembersAsync(Group, ["did:plc:c"])).NewVersion);
        Assert.Equal(
            [
                $$"""{"group_id":"{{Group}}","member_dids":["did:plc:a","did:plc:b"]}""",
                $$"""{"group_id":"{{Group}}","member_dids":["did:plc:c"],"rotate":true}""",
                $$"""{"group_id":"{{Group}}","member_dids":["did:plc:c"]}""",
            ],
            keyserver.Web.Requests.Select(request => request.Body));
    }

    [Theory]
    [InlineData(0, false, "A call takes 1 to 90 accounts. (Parameter 'memberDids')")]
    [InlineData(91, false, "A call takes 1 to 90 accounts. (Parameter 'memberDids')")]
    [InlineData(2, true, "'did:plc:0' is in the list twice. (Parameter 'memberDids')")]
    public async Task A_wrong_list_makes_no_call(int count, bool twice, string message)
    {
        using var keyserver = new FakeKeyserver(request => FakeWeb.Json(Answer(request)));
        string[] dids = [.. Enumerable.Range(0, count).Select(i => $"did:plc:{(twice ? 0 : i)}")];
        var added = await Assert.ThrowsAsync<ArgumentException>(
            () => keyserver.Client.Groups.AddMembersAsync(Group, dids));
        var removed = await Assert.ThrowsAsync<ArgumentException>(
            () => keyserver.Client.Groups.RemoveMembersAsync(Group, dids));
        Assert.Equal((message, message), (added.Message, removed.Message));
        Assert.Empty(keyserver.Web.Requests);
    }

    [Theory]
    [InlineData("""[{"memberDid":"did:plc:b","status":"added"}]""")]
    [InlineData("""[{"memberDid":"did:plc:a","status":"removed"}]""")]
    [InlineData("""[{"memberDid":"did:plc:a","status":"new"}]""")]
    [InlineData("[null]")]
    [InlineData("[]")]
    public async Task A_response_for_other_accounts_is_not_used(string members)
    {
        using var keyserver = new FakeKeyserver(
            _ => FakeWeb.Json($$"""{"groupId":"{{Group}}","members":{{members}}}"""));
        var thrown = await Assert.ThrowsAsync<UpstreamException>(
            () => keyserver.Client.Groups.AddMembersAsync(Group, ["did:plc:a"]));
        Assert.Equal((KeyserverErrors.UnexpectedAnswer, true), (thrown.ErrorName, thrown.OutcomeUnknown));
    }

    [Fact]
    public async Task A_removal_ends_the_cached_keys()
    {
        using var keyserver = new FakeKeyserver(request => request.Method == "group.getKey"
            ? FakeKeyserver.GroupKey(request) : FakeWeb.Json(Answer(request)));
        await keyserver.Client.Content.EncryptAsync(Group, FakeKeyserver.AtUri, "text");
        await keyserver.Client.Groups.RemoveMembersAsync(Group, ["did:plc:c"], rotate: true);
        Assert.Equal(0, keyserver.Client.Keys.Cache.Count);
    }

    private static string Answer(Request request)
    {
        var input = JsonNode.Parse(request.Body!)!;
        var done = request.Method == "group.addMembers" ? "added" : "removed";
        var answer = new JsonObject
        {
            ["groupId"] = (string?)input["group_id"],
            ["members"] = new JsonArray([.. input["member_dids"]!.AsArray().Select(did => new JsonObject
            {
                ["memberDid"] = (string?)did,
                ["status"] = (string?)did == "did:plc:b" ? "unchanged" : done,
            })]),
        };
        if ((bool?)input["rotate"] == true)
            answer["newVersion"] = 3;
        return answer.ToJsonString();
    }
}
