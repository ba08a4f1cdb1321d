using System.Text.Json.Nodes;
using AtpKeyserver.Cli;
using AtpKeyserver.Cli.Commands;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Client.Cli;

/// <summary><c>atpkey group add</c> and <c>group remove</c> with many accounts.</summary>
public sealed class MemberChangesTests
{
    private const string Group = FakeKeyserver.Group;

    /// <summary>Of the server, by default.</summary>
    private const int ChangesPerMinute = 120;

    private static readonly string[] Dids = [.. Enumerable.Range(0, 400).Select(i => $"did:plc:{i}")];

    [Fact]
    public async Task More_accounts_than_the_rate_limit_allows_are_added_by_one_command()
    {
        var (left, refused) = (ChangesPerMinute, 0);
        using var keyserver = new FakeKeyserver(call =>
        {
            if (left >= Named(call).Length)
            {
                left -= Named(call).Length;
                return Changed(call, "added");
            }

            refused++;
            left = ChangesPerMinute;
            return FakeWeb.Error(429, "RateLimitExceeded", retryAfter: "45");
        });
        var changes = await AddAsync(keyserver);
        Assert.Equal(Dids, changes.Select(change => change.MemberDid));
        Assert.Equal(4, refused);
        Assert.Equal(
            Enumerable.Repeat(TimeSpan.FromSeconds(45), refused),
            keyserver.Clock.Waits.Where(wait => wait == TimeSpan.FromSeconds(45)));
    }

    [Fact]
    public async Task A_rate_limit_without_a_time_is_waited_for_a_minute()
    {
        var calls = 0;
        using var keyserver = new FakeKeyserver(call =>
            ++calls == 1 ? FakeWeb.Error(429, "RateLimitExceeded") : Changed(call, "added"));
        await AddAsync(keyserver);
        Assert.Contains(TimeSpan.FromMinutes(1), keyserver.Clock.Waits);
    }

    [Theory]
    [InlineData("60", 1 + RateLimit.MaxWaits)]
    [InlineData("301", 1)]
    public async Task It_does_not_wait_forever(string retryAfter, int calls)
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(429, "RateLimitExceeded", retryAfter));
        await Assert.ThrowsAsync<LimitedException>(() => AddAsync(keyserver));
        Assert.Equal(calls, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task Other_errors_are_not_repeated()
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(503, "UpstreamFailure", "1"));
        await Assert.ThrowsAsync<UpstreamException>(() => AddAsync(keyserver));
        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task The_wait_can_be_interrupted()
    {
        using var keyserver = new FakeKeyserver(
            _ => Task.FromResult(FakeWeb.Error(429, "RateLimitExceeded", "60")), collects: true);
        using var stop = new CancellationTokenSource();
        var change = MemberChanges.AddAsync(
            keyserver.Client.Groups, Group, Dids, keyserver.Clock, stop.Token);
        await Eventually.TrueAsync(() => keyserver.Clock.Waits.Contains(TimeSpan.FromSeconds(60)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => change);
        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task The_last_call_rotates()
    {
        using var keyserver = new FakeKeyserver(call => Changed(call, "removed"));
        Assert.Equal(2, (await RemoveAsync(keyserver, rotate: true)).NewVersion);
        Assert.Equal(
            [false, false, false, false, true],
            keyserver.Web.Requests.Select(call => Rotates(call)));
        Assert.DoesNotContain(keyserver.Web.Requests, call => call.Method == "group.rotateKey");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_repeated_command_rotates_even_if_nobody_is_a_member_any_more(bool isLimited)
    {
        var rotations = 0;
        using var keyserver = new FakeKeyserver(call =>
            call.Method != "group.rotateKey" ? Changed(call, "unchanged")
            : ++rotations == 1 && isLimited ? FakeWeb.Error(429, "RateLimitExceeded", "1")
            : FakeWeb.Json(
                $$"""
                {"groupId":"{{Group}}","oldVersion":1,"newVersion":2,"rotatedAt":"2025-01-23T10:30:00.000Z"}
                """));
        var removal = await RemoveAsync(keyserver, rotate: true);
        Assert.Equal(2, removal.NewVersion);
        Assert.All(removal.Members, change => Assert.Equal(MemberChangeStatus.Unchanged, change.Status));
        Assert.Equal(isLimited ? 2 : 1, rotations);
    }

    [Fact]
    public async Task Without_the_option_nothing_rotates()
    {
        using var keyserver = new FakeKeyserver(call => Changed(call, "unchanged"));
        Assert.Null((await RemoveAsync(keyserver, rotate: false)).NewVersion);
        Assert.DoesNotContain(keyserver.Web.Requests, call => call.Method == "group.rotateKey" || Rotates(call));
    }

    private static Task<IReadOnlyList<MemberChange>> AddAsync(FakeKeyserver keyserver) =>
        MemberChanges.AddAsync(keyserver.Client.Groups, Group, Dids, keyserver.Clock, default);

    private static Task<MembersRemoval> RemoveAsync(FakeKeyserver keyserver, bool rotate) =>
        MemberChanges.RemoveAsync(keyserver.Client.Groups, Group, Dids, rotate, keyserver.Clock, default);

    private static string[] Named(Request call) =>
        [.. JsonNode.Parse(call.Body!)!["member_dids"]!.AsArray().Select(did => (string)did!)];

    private static bool Rotates(Request call) => (bool?)JsonNode.Parse(call.Body!)!["rotate"] ?? false;

    /// <summary>As the server: rotates only if an account was removed.</summary>
    private static HttpResponseMessage Changed(Request call, string status)
    {
        var members = Named(call).Select(did => $$"""{"memberDid":"{{did}}","status":"{{status}}"}""");
        var version = status == "removed" && Rotates(call) ? ",\"newVersion\":2" : "";
        return FakeWeb.Json($$"""{"groupId":"{{Group}}","members":[{{string.Join(',', members)}}]{{version}}}""");
    }
}
