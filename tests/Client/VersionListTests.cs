using System.Web;

namespace AtpKeyserver.Tests.Client;

/// <summary>Lists of versions that the server gives in pages.</summary>
public sealed class VersionListTests
{
    private const int Newest = 7;
    private const int PageSize = 3;

    [Fact]
    public async Task Lists_follow_the_cursor_to_the_end()
    {
        using var keyserver = new FakeKeyserver(Page);
        var ofKeypair = await keyserver.Client.Keypairs.ListVersionsAsync();
        var ofGroup = await keyserver.Client.Groups.ListKeyVersionsAsync(FakeKeyserver.Group);
        Assert.Equal([7, 6, 5, 4, 3, 2, 1], ofKeypair.Select(version => version.Version));
        Assert.Equal(ofKeypair, ofGroup);
        Assert.Equal(6, keyserver.Web.Requests.Count);
        Assert.All(
            keyserver.Web.Requests.Skip(3),
            request => Assert.Equal(FakeKeyserver.Group, Parameter(request, "group_id")));
    }

    [Fact]
    public async Task A_rotation_whose_answer_was_lost_is_found_on_the_first_page()
    {
        var calls = 0;
        using var keyserver = new FakeKeyserver(request => request.Method == "group.listKeyVersions"
            ? Page(request)
            : ++calls == 1 ? FakeWeb.Error(503, "UpstreamFailure") : FakeWeb.Error(409, "VersionConflict"));
        var rotation = await keyserver.Client.Groups.RotateKeyAsync(FakeKeyserver.Group, expectedVersion: 5);
        Assert.Equal((5, 6), (rotation.OldVersion, rotation.NewVersion));
        Assert.Single(keyserver.Web.Requests, request => request.Method == "group.listKeyVersions");
    }

    /// <summary>The cursor is the next version.</summary>
    private static HttpResponseMessage Page(Request request)
    {
        var first = Parameter(request, "cursor") is { } cursor ? int.Parse(cursor, null) : Newest;
        var last = Math.Max(1, first - PageSize + 1);
        var versions = Enumerable.Range(last, first - last + 1).Reverse().Select(version =>
            $$"""
            {"version":{{version}},"status":"{{(version == Newest ? "active" : "revoked")}}",
            "created_at":"2025-01-01T00:00:00.000Z"}
            """);
        var next = last == 1 ? "" : $",\"cursor\":\"{last - 1}\"";
        return FakeWeb.Json(
            $"{{\"groupId\":\"{FakeKeyserver.Group}\",\"versions\":[{string.Join(',', versions)}]{next}}}");
    }

    private static string? Parameter(Request request, string name) =>
        HttpUtility.ParseQueryString(request.Uri.Query)[name];
}
