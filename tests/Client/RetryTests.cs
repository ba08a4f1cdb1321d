namespace AtpKeyserver.Tests.Client;

public sealed class RetryTests
{
    private static readonly TimeSpan[] Backoff = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(
        200), TimeSpan.FromMilliseconds(400)];

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_read_is_tried_three_times_more(int status)
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(status, "Name"));
        await Assert.ThrowsAnyAsync<KeyserverException>(() => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        Assert.Equal(4, keyserver.Web.Requests.Count);
        Assert.Equal(Backoff, keyserver.Clock.Waits);
    }

    [Theory]
    [InlineData(400, "InvalidRequest")]
    [InlineData(401, "BadJwt")]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "GroupNotFound")]
    [InlineData(409, "VersionConflict")]
    [InlineData(501, "MethodNotImplemented")]
    public async Task Nothing_else_is_tried_again(int status, string name)
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(status, name));
        await Assert.ThrowsAnyAsync<KeyserverException>(() => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        await Assert.ThrowsAnyAsync<KeyserverException>(
            () => keyserver.Client.Groups.RotateKeyAsync(FakeKeyserver.Group, 1));
        Assert.Equal(2, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task A_read_that_succeeds_at_last_is_answered()
    {
        var tries = 0;
        using var keyserver = new FakeKeyserver(
            _ => ++tries < 4 ? FakeWeb.Error(503, "UpstreamFailure") : FakeKeyserver.GroupKey(1));
        using var key = await keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group);
        Assert.Equal(1, key.Version);
    }

    [Fact]
    public async Task The_server_says_how_long_to_wait()
    {
        var tries = 0;
        using var keyserver = new FakeKeyserver(_ => ++tries == 1
            ? FakeWeb.Error(429, "RateLimitExceeded", retryAfter: "3") : FakeKeyserver.GroupKey(1));
        using var key = await keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group);
        Assert.Equal([TimeSpan.FromSeconds(3)], keyserver.Clock.Waits);
    }

    [Fact]
    public async Task The_server_may_say_it_as_a_date()
    {
        var tries = 0;
        var clock = new ManualClock();
        var date = (clock.GetUtcNow() + TimeSpan.FromSeconds(5)).ToString("R");
        using var keyserver = new FakeKeyserver(_ => ++tries == 1
            ? FakeWeb.Error(503, "UpstreamFailure", retryAfter: date) : FakeKeyserver.GroupKey(1));
        using var key = await keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group);
        Assert.Equal([TimeSpan.FromSeconds(5)], keyserver.Clock.Waits);
    }

    [Theory]
    [InlineData(429, "3", 3000)]
    [InlineData(429, "0", 100)]
    // As a Unix time: the clock of these tests shows 1737628200.
    [InlineData(429, "1737628205", 5000)]
    [InlineData(429, "1737628199", 100)]
    [InlineData(429, "soon", 100)]
    [InlineData(429, "-3", 100)]
    [InlineData(429, "99999999999999999999", 100)]
    // Budgets of other calls: they do not say when the server is back.
    [InlineData(503, "3", 100)]
    public async Task For_want_of_Retry_After_RateLimit_Reset_counts(int status, string reset, int milliseconds)
    {
        var tries = 0;
        using var keyserver = new FakeKeyserver(_ => ++tries == 1 ? Limited(status, reset) : FakeKeyserver.GroupKey(1));
        using var key = await keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group);
        Assert.Equal([TimeSpan.FromMilliseconds(milliseconds)], keyserver.Clock.Waits);
    }

    [Fact]
    public async Task Retry_After_goes_before_RateLimit_Reset()
    {
        var tries = 0;
        using var keyserver = new FakeKeyserver(_ => ++tries == 1 ? Limited(429, "3", "2") : FakeKeyserver.GroupKey(1));
        using var key = await keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group);
        Assert.Equal([TimeSpan.FromSeconds(2)], keyserver.Clock.Waits);
    }

    [Fact]
    public async Task A_reset_that_is_far_away_is_the_callers_to_decide()
    {
        using var keyserver = new FakeKeyserver(_ => Limited(429, "4294967295"));
        var thrown = await Assert.ThrowsAsync<LimitedException>(
            () => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        Assert.True(thrown.RetryAfter > TimeSpan.FromDays(365));
        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task A_wait_that_is_too_long_is_the_callers_to_decide()
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(429, "RateLimitExceeded", retryAfter: "60"));
        var thrown = await Assert.ThrowsAsync<LimitedException>(
            () => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        Assert.Equal(TimeSpan.FromSeconds(60), thrown.RetryAfter);
        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task Changes_are_sent_once_unless_they_name_the_version()
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(503, "UpstreamFailure"));
        var groups = keyserver.Client.Groups;
        Func<Task>[] changes =
        [
            () => groups.RotateKeyAsync(FakeKeyserver.Group),
            () => groups.AddMemberAsync(FakeKeyserver.Group, "did:plc:bob"),
            () => groups.RemoveMemberAsync(FakeKeyserver.Group, "did:plc:bob", rotate: true),
            () => groups.AddMembersAsync(FakeKeyserver.Group, ["did:plc:bob"]),
            () => groups.RemoveMembersAsync(FakeKeyserver.Group, ["did:plc:bob"], rotate: true),
            () => groups.AddDelegateAsync(FakeKeyserver.Group, "did:plc:bob", GroupPermissions.RotateKey),
            () => groups.RemoveDelegateAsync(FakeKeyserver.Group, "did:plc:bob"),
            () => groups.DeleteAsync(FakeKeyserver.Group),
            () => keyserver.Client.Keypairs.RotateAsync(),
            () => keyserver.Client.Account.DeleteAsync(KeyserverAccount.Confirmation),
        ];
        foreach (var change in changes)
            await Assert.ThrowsAsync<UpstreamException>(change);
        Assert.Equal(changes.Length, keyserver.Web.Requests.Count);

        await Assert.ThrowsAsync<UpstreamException>(
            () => groups.RotateKeyAsync(FakeKeyserver.Group, expectedVersion: 1));
        await Assert.ThrowsAsync<UpstreamException>(() => keyserver.Client.Keypairs.RotateAsync(expectedVersion: 1));
        Assert.Equal(changes.Length + 8, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task A_rotation_whose_answer_was_lost_is_found_to_be_done()
    {
        var tries = 0;
        using var keyserver = new FakeKeyserver(request => request.Method switch
        {
            "group.rotateKey" when ++tries == 1 => FakeWeb.Error(503, "UpstreamFailure"),
            "group.rotateKey" => FakeWeb.Error(409, "VersionConflict"),
            _ => FakeWeb.Json(
                """
                {"groupId":"g","versions":[{"version":2,"status":"active","created_at":"2025-01-23T10:30:00.000Z"},
                {"version":1,"status":"revoked","created_at":"2025-01-22T10:30:00.000Z",
                "revoked_at":"2025-01-23T10:30:00.000Z"}]}
                """),
        });
        var rotation = await keyserver.Client.Groups.RotateKeyAsync(FakeKeyserver.Group, expectedVersion: 1);
        Assert.Equal(new KeyRotation(1, 2, new(2025, 1, 23, 10, 30, 0, TimeSpan.Zero)), rotation);
    }

    [Fact]
    public async Task A_rotation_is_found_to_be_done_also_where_each_token_is_good_for_one_call()
    {
        var done = false;
        string? used = null;
        using var keyserver = new FakeKeyserver(request =>
        {
            if (request.Method != "group.rotateKey")
                return FakeWeb.Json(
                    """{"versions":[{"version":2,"status":"active","created_at":"2025-01-23T10:30:00.000Z"}]}""");
            if (request.Token == used)
                return FakeWeb.Error(401, "NonceNotUnique");
            used = request.Token;
            var first = !done;
            done = true;
            return first ? FakeWeb.Error(503, "UpstreamFailure") : FakeWeb.Error(409, "VersionConflict");
        });
        var rotated = await keyserver.Client.Groups.RotateKeyAsync(FakeKeyserver.Group, expectedVersion: 1);
        Assert.Equal(2, rotated.NewVersion);
    }

    [Theory]
    [InlineData(409, "VersionConflict", true)]
    [InlineData(429, "RateLimitExceeded", true)]
    [InlineData(401, "BadJwt", true)]
    [InlineData(503, "ServiceReadOnly", false)]
    public async Task A_rotation_that_an_earlier_try_may_have_made_says_so(int status, string name, bool unknown)
    {
        var tries = 0;
        using var keyserver = new FakeKeyserver(request => request.Method switch
        {
            "group.rotateKey" when ++tries == 1 => FakeWeb.Error(503, unknown ? "UpstreamFailure" : name),
            "group.rotateKey" => FakeWeb.Error(status, name),
            _ => FakeWeb.Error(503, "UpstreamFailure"),
        });
        var thrown = await Assert.ThrowsAnyAsync<KeyserverException>(
            () => keyserver.Client.Groups.RotateKeyAsync(FakeKeyserver.Group, expectedVersion: 1));
        Assert.Equal((name, unknown), (thrown.ErrorName, thrown.OutcomeUnknown));
    }

    [Fact]
    public async Task A_conflict_at_the_first_try_is_somebody_elses()
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(409, "VersionConflict"));
        await Assert.ThrowsAsync<ConflictException>(
            () => keyserver.Client.Groups.RotateKeyAsync(FakeKeyserver.Group, expectedVersion: 1));
    }

    private static HttpResponseMessage Limited(int status, string reset, string? retryAfter = null)
    {
        var response = FakeWeb.Error(status, "RateLimitExceeded", retryAfter);
        response.Headers.TryAddWithoutValidation("RateLimit-Reset", reset);
        return response;
    }
}
