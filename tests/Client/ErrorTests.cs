namespace AtpKeyserver.Tests.Client;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(400, "InvalidRequest", typeof(InvalidCallException))]
    [InlineData(401, "BadJwtAudience", typeof(RefusedTokenException))]
    [InlineData(403, "Forbidden", typeof(LostAccessException))]
    [InlineData(403, "AccountDeleted", typeof(GoneException))]
    [InlineData(404, "GroupNotFound", typeof(GoneException))]
    [InlineData(404, "KeyVersionNotFound", typeof(GoneException))]
    [InlineData(409, "VersionConflict", typeof(ConflictException))]
    [InlineData(409, "MemberUnavailable", typeof(ConflictException))]
    [InlineData(413, "PayloadTooLarge", typeof(InvalidCallException))]
    [InlineData(429, "RateLimitExceeded", typeof(LimitedException))]
    [InlineData(500, "InternalServerError", typeof(UpstreamException))]
    [InlineData(501, "MethodNotImplemented", typeof(InvalidCallException))]
    [InlineData(503, "ServiceReadOnly", typeof(UpstreamException))]
    public async Task Each_error_has_a_type_of_what_can_be_done(int status, string name, Type type)
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(status, name));
        var thrown = await Assert.ThrowsAnyAsync<KeyserverException>(
            () => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        Assert.IsType(type, thrown);
        Assert.Equal((name, status), (thrown.ErrorName, thrown.Status));
        Assert.False(thrown.OutcomeUnknown);
    }

    [Theory]
    [InlineData(503, "UpstreamFailure", true)]
    [InlineData(500, "InternalServerError", true)]
    [InlineData(503, "ServiceReadOnly", false)]
    [InlineData(429, "RateLimitExceeded", false)]
    [InlineData(409, "MemberAlreadyExists", false)]
    [InlineData(409, "MemberUnavailable", false)]
    public async Task A_change_that_may_have_been_made_says_so(int status, string name, bool unknown)
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(status, name));
        var thrown = await Assert.ThrowsAnyAsync<KeyserverException>(
            () => keyserver.Client.Groups.AddMemberAsync(FakeKeyserver.Group, "did:plc:bob"));
        Assert.Equal(unknown, thrown.OutcomeUnknown);
        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task A_broken_connection_is_an_upstream_failure_and_a_change_unknown()
    {
        using var keyserver = new FakeKeyserver(HttpResponseMessage (_) => throw new HttpRequestException("broken"));
        var read = await Assert.ThrowsAsync<UpstreamException>(
            () => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        var change = await Assert.ThrowsAsync<UpstreamException>(
            () => keyserver.Client.Groups.DeleteAsync(FakeKeyserver.Group));
        Assert.Equal((KeyserverErrors.Unreachable, false), (read.ErrorName, read.OutcomeUnknown));
        Assert.Equal((KeyserverErrors.Unreachable, true), (change.ErrorName, change.OutcomeUnknown));
    }

    [Theory]
    [InlineData("<html>a gateway</html>")]
    [InlineData("[]")]
    [InlineData("""{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends","version":1}""")]
    [InlineData("""{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends","secretKey":"0011","version":1}""")]
    [InlineData("""{"groupId":"did:plc:other#friends","secretKey":"KEY","version":1}""")]
    [InlineData("""{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends","secretKey":"KEY","version":0}""")]
    public async Task An_answer_that_is_none_is_not_used_and_not_quoted(string body)
    {
        var hex = new string('a', 64);
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Json(body.Replace("KEY", hex, StringComparison.Ordinal)));
        var thrown = await Assert.ThrowsAsync<UpstreamException>(
            () => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        Assert.Equal(KeyserverErrors.UnexpectedAnswer, thrown.ErrorName);
        Assert.DoesNotContain(hex, thrown.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        200, "text/html", "<html>", "pds.example.com did not return JSON with did, accessJwt, refreshJwt.")]
    [InlineData(
        200, "application/json", "[]", "pds.example.com did not return JSON with did, accessJwt, refreshJwt.")]
    [InlineData(
        302, "text/html", "", "pds.example.com returned a redirect (status 302), which is not followed.")]
    [InlineData(404, "text/html", "", "pds.example.com returned status 404 without an XRPC error.")]
    public async Task A_host_that_is_no_PDS_is_named(int status, string type, string body, string message)
    {
        using var web = new FakeWeb(_ => new((System.Net.HttpStatusCode)status)
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, type),
        });
        var thrown = await Assert.ThrowsAsync<UpstreamException>(() => PdsSession.LogInAsync(
            new Uri("https://pds.example.com"), "alice.example.com", "x", new() { HttpClient = web.Client() }));
        Assert.Equal($"UnexpectedAnswer: {message} Check that it is a PDS.", thrown.Message);
    }

    [Fact]
    public async Task A_status_without_a_message_names_the_host()
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Json("{}", 501));
        var thrown = await Assert.ThrowsAsync<InvalidCallException>(
            () => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        Assert.Equal("UpstreamFailure: keys.example.com returned status 501.", thrown.Message);
    }

    [Fact]
    public async Task A_version_below_one_is_refused_in_plain_words()
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Json("{}"));
        var thrown = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group, 0));
        Assert.Equal("Versions start at 1. (Parameter 'version')", thrown.Message);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_its_end()
    {
        using var keyserver = new FakeKeyserver(_ => new() { Content = new ByteArrayContent(new byte[8 << 20]) });
        var thrown = await Assert.ThrowsAsync<UpstreamException>(
            () => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        Assert.Equal(
            "UnexpectedAnswer: The response of keys.example.com is longer than 4194304 bytes.", thrown.Message);
    }

    [Fact]
    public async Task Who_gives_up_gets_what_cancellation_throws()
    {
        using var keyserver = new FakeKeyserver(_ => new TaskCompletionSource<HttpResponseMessage>().Task);
        using var stop = new CancellationTokenSource();
        var call = keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group, cancellation: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_left()
    {
        using var keyserver = new FakeKeyserver(_ => new TaskCompletionSource<HttpResponseMessage>().Task);
        keyserver.Options.Timeout = TimeSpan.FromMilliseconds(50);
        var thrown = await Assert.ThrowsAsync<UpstreamException>(
            () => keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group));
        Assert.Equal(KeyserverErrors.Unreachable, thrown.ErrorName);
    }
}
