using System.Text.Json.Nodes;

namespace AtpKeyserver.Tests.Client;

public sealed class PdsSessionTests
{
    private static readonly Uri Pds = new("https://pds.example.com");

    [Fact]
    public async Task Logs_in_and_asks_for_tokens()
    {
        using var web = new FakeWeb(request => request.Method switch
        {
            "com.atproto.server.createSession" => Tokens("access", "refresh"),
            _ => FakeWeb.Json("""{"token":"service"}"""),
        });
        using var session = await PdsSession.LogInAsync(
            Pds, "alice.example.com", "app-password", new() { HttpClient = web.Client() });
        Assert.Equal("service", await session.GetServiceTokenAsync("did:web:keys.example.com", "some.method"));
        Assert.Equal("did:plc:alice", session.Did);
        Assert.Equal("app-password", (string?)JsonNode.Parse(web.Requests[0].Body!)!["password"]);
        Assert.Equal(
            ("access", "?aud=did%3Aweb%3Akeys.example.com&lxm=some.method"),
            (web.Requests[1].Token, web.Requests[1].Uri.Query));
    }

    [Fact]
    public async Task An_access_token_that_has_ended_is_renewed_once_however_many_wait()
    {
        using var web = new FakeWeb(request => request switch
        {
            { Method: "com.atproto.server.refreshSession", Token: "refresh" } =>
                Tokens("new", "newer"),
            { Token: "new" } => FakeWeb.Json("""{"token":"service"}"""),
            _ => FakeWeb.Error(400, "ExpiredToken"),
        });
        using var session = PdsSession.Resume(
            Pds, "did:plc:alice", "old", "refresh", new() { HttpClient = web.Client() });
        await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => session.GetServiceTokenAsync("did:web:keys.example.com", "m")));
        Assert.Single(web.Requests, request => request.Method == "com.atproto.server.refreshSession");
    }

    [Fact]
    public async Task A_late_refusal_of_an_old_token_renews_nothing()
    {
        var late = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        using var web = new FakeWeb(async request =>
        {
            if (request is { Token: "old", Uri.Query: "?aud=did%3Aweb%3Akeys.example.com&lxm=slow" })
            {
                asked.SetResult();
                await late.Task;
            }

            return request switch
            {
                { Method: "com.atproto.server.refreshSession" } => Tokens("new", "newer"),
                { Token: "new" } => FakeWeb.Json("""{"token":"service"}"""),
                _ => FakeWeb.Error(400, "ExpiredToken"),
            };
        });
        using var session = PdsSession.Resume(
            Pds, "did:plc:alice", "old", "refresh", new() { HttpClient = web.Client() });
        var slow = session.GetServiceTokenAsync("did:web:keys.example.com", "slow");
        await asked.Task;
        await session.GetServiceTokenAsync("did:web:keys.example.com", "m");
        late.SetResult();
        await slow;
        Assert.Single(web.Requests, request => request.Method == "com.atproto.server.refreshSession");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_renewal_goes_on_without_who_asked_for_it_and_does_not_outlive_the_session(bool end)
    {
        var gate = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        using var web = new FakeWeb(async request =>
        {
            if (request.Method != "com.atproto.server.refreshSession")
                return request.Token == "new"
                    ? FakeWeb.Json("""{"token":"service"}""")
                    : FakeWeb.Error(400, "ExpiredToken");
            asked.SetResult();
            await gate.Task;
            return Tokens("new", "newer");
        });
        using var session = PdsSession.Resume(
            Pds, "did:plc:alice", "old", "refresh", new() { HttpClient = web.Client() });
        using var stop = new CancellationTokenSource();
        var first = session.GetServiceTokenAsync("did:web:keys.example.com", "m", stop.Token);
        await asked.Task;
        var second = session.GetServiceTokenAsync("did:web:keys.example.com", "m");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        if (end)
            session.Dispose();
        gate.SetResult();
        if (end)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => second);
            await Assert.ThrowsAsync<ObjectDisposedException>(
                () => session.GetServiceTokenAsync("did:web:keys.example.com", "m"));
            return;
        }

        Assert.Equal("service", await second);
        Assert.Single(web.Requests, request => request.Method == "com.atproto.server.refreshSession");
    }

    [Fact]
    public async Task A_session_that_cannot_be_renewed_is_refused()
    {
        using var web = new FakeWeb(_ => FakeWeb.Error(400, "ExpiredToken"));
        using var session = PdsSession.Resume(
            Pds, "did:plc:alice", "old", options: new() { HttpClient = web.Client() });
        var thrown = await Assert.ThrowsAsync<PdsException>(
            () => session.GetServiceTokenAsync("did:web:keys.example.com", "m"));
        Assert.Equal("ExpiredToken", thrown.ErrorName);
        Assert.Equal("ExpiredToken: Told by the test.", thrown.Message);
    }

    [Fact]
    public async Task Log_out_tells_the_PDS_and_ends_the_session()
    {
        using var web = new FakeWeb(_ => FakeWeb.Json("{}"));
        var session = PdsSession.Resume(Pds, "did:plc:alice", "access", "refresh", new() { HttpClient = web.Client() });
        await session.LogOutAsync();
        Assert.Equal("refresh", Assert.Single(web.Requests).Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => session.GetServiceTokenAsync("did:web:keys.example.com", "m"));
    }

    [Theory]
    [InlineData("http://pds.example.com")]
    [InlineData("https://pds.example.com/path")]
    [InlineData("https://user@pds.example.com")]
    public async Task Only_over_https(string pds) =>
        await Assert.ThrowsAsync<ArgumentException>(
            () => PdsSession.LogInAsync(new Uri(pds), "alice.example.com", "app-password"));

    [Fact]
    public async Task Calls_through_the_PDS_show_its_session_and_name_the_service()
    {
        using var web = new FakeWeb(request => request switch
        {
            { Method: "com.atproto.server.refreshSession" } => Tokens("new", "newer"),
            { Token: "new" } => FakeKeyserver.GroupKey(request),
            _ => FakeWeb.Error(400, "ExpiredToken"),
        });
        var options = new KeyserverClientOptions { HttpClient = web.Client() };
        using var session = PdsSession.Resume(Pds, "did:plc:alice", "old", "refresh", options);
        using var client = KeyserverClient.ThroughPds(FakeKeyserver.Did, session, options);
        using var key = await client.Groups.GetKeyAsync(FakeKeyserver.Group);
        var last = web.Requests[^1];
        Assert.Equal((Pds.Host, "new", FakeKeyserver.Did + "#atp_keyserver"), (last.Uri.Host, last.Token, last.Proxy));
        Assert.Equal(3, web.Requests.Count);
    }

    private static HttpResponseMessage Tokens(string access, string refresh) => FakeWeb.Json(
        $$"""
        {"did":"did:plc:alice","accessJwt":"{{access}}","refreshJwt":"{{refresh}}","handle":"alice.example.com"}
        """);
}
