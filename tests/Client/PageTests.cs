namespace AtpKeyserver.Tests.Client;

/// <summary>Lists come to an end, whatever the server says.</summary>
public sealed class PageTests
{
    private const string Bob = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

    /// <summary>The members of an answer, and the list that reads it.</summary>
    public static TheoryData<string> Lists => ["members", "delegates", "groups", "entries", "own entries"];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task An_empty_cursor_ends_a_list(string list)
    {
        using var keyserver = Create(_ => Answer(list, ""));
        Assert.Equal(0, await CountAsync(keyserver, list));
        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task An_empty_cursor_of_a_page_is_none()
    {
        using var keyserver = Create(_ => Answer("members", ""));
        Assert.Null((await keyserver.Client.Groups.ListMembersPageAsync(FakeKeyserver.Group)).Cursor);
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_cursor_that_comes_twice_is_an_error(string list)
    {
        using var keyserver = Create(_ => Answer(list, "A"));
        var thrown = await Assert.ThrowsAsync<UpstreamException>(() => CountAsync(keyserver, list));
        Assert.Equal(KeyserverErrors.UnexpectedAnswer, thrown.ErrorName);
        Assert.Contains("cursor", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(2, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task So_is_a_circle_of_cursors()
    {
        using var keyserver = Create(request => Answer("members", request.Uri.Query switch
        {
            var query when query.Contains("cursor=A", StringComparison.Ordinal) => "B",
            var query when query.Contains("cursor=B", StringComparison.Ordinal) => "C",
            _ => "A",
        }));
        await Assert.ThrowsAsync<UpstreamException>(() => CountAsync(keyserver, "members"));
        Assert.Equal(4, keyserver.Web.Requests.Count);
    }

    /// <summary>Refuses the tenth page: a list without an end must fail, and not fill the memory.</summary>
    private static FakeKeyserver Create(Func<Request, HttpResponseMessage> answer)
    {
        var pages = 0;
        return new FakeKeyserver(request => ++pages < 10 ? answer(request) : FakeWeb.Error(400, "Endless"));
    }

    private static HttpResponseMessage Answer(string list, string cursor) => FakeWeb.Json(
        $$"""{"groupId":"{{Bob}}#friends","{{list.Split(' ')[^1]}}":[],"cursor":"{{cursor}}"}""");

    private static async Task<int> CountAsync(FakeKeyserver keyserver, string list)
    {
        var groups = keyserver.Client.Groups;
        return list switch
        {
            "members" => await groups.ListMembersAsync(FakeKeyserver.Group).CountAsync(),
            "delegates" => await groups.ListDelegatesAsync(FakeKeyserver.Group).CountAsync(),
            "groups" => await groups.ListAsync().CountAsync(),
            "entries" => await groups.GetAccessLogAsync(FakeKeyserver.Group).CountAsync(),
            _ => await keyserver.Client.Keypairs.GetAccessLogAsync().CountAsync(),
        };
    }
}
