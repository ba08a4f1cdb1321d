namespace AtpKeyserver.Tests.Client;

public sealed class TokenTests
{
    [Fact]
    public async Task A_token_is_used_until_ten_seconds_before_its_end()
    {
        using var keyserver = new FakeKeyserver(request => FakeKeyserver.GroupKey(request));
        await GetAsync(keyserver);
        keyserver.Clock.Advance(TimeSpan.FromSeconds(50));
        await GetAsync(keyserver);
        Assert.Equal(1, keyserver.Tokens);
        keyserver.Clock.Advance(TimeSpan.FromSeconds(1));
        await GetAsync(keyserver);
        Assert.Equal(2, keyserver.Tokens);
    }

    [Fact]
    public async Task Each_method_has_its_own()
    {
        using var keyserver = new FakeKeyserver(request => request.Method == "group.getKey"
            ? FakeKeyserver.GroupKey(request) : FakeWeb.Json("""{"versions":[]}"""));
        await GetAsync(keyserver);
        await keyserver.Client.Groups.ListKeyVersionsAsync(FakeKeyserver.Group);
        Assert.Equal(2, keyserver.Tokens);
        Assert.NotEqual(keyserver.Web.Requests[0].Token, keyserver.Web.Requests[1].Token);
    }

    [Fact]
    public async Task A_hundred_calls_at_once_renew_it_once()
    {
        var gate = new TaskCompletionSource();
        var asked = 0;
        using var web = new FakeWeb(_ => FakeKeyserver.GroupKey(1));
        using var client = new KeyserverClient(
            FakeKeyserver.Did,
            async (_, _, _) =>
            {
                Interlocked.Increment(ref asked);
                await gate.Task;
                return FakeKeyserver.Jwt("one", TimeProvider.System.GetUtcNow().AddMinutes(1));
            },
            new KeyserverClientOptions { Address = new Uri("https://keys.example.com"), HttpClient = web.Client() });
        var calls = Enumerable.Range(0, 100).Select(_ => client.Groups.GetKeyAsync(FakeKeyserver.Group)).ToArray();
        gate.SetResult();
        await Task.WhenAll(calls);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Who_gives_up_waiting_does_not_stop_the_others()
    {
        var gate = new TaskCompletionSource();
        using var web = new FakeWeb(_ => FakeKeyserver.GroupKey(1));
        using var client = new KeyserverClient(
            FakeKeyserver.Did,
            async (_, _, cancellation) =>
            {
                await gate.Task.WaitAsync(cancellation);
                return FakeKeyserver.Jwt("one", null);
            },
            new KeyserverClientOptions { Address = new Uri("https://keys.example.com"), HttpClient = web.Client() });
        using var stop = new CancellationTokenSource();
        var first = client.Groups.GetKeyAsync(FakeKeyserver.Group, cancellation: stop.Token);
        var second = client.Groups.GetKeyAsync(FakeKeyserver.Group);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();
        using var key = await second;
        Assert.Equal(1, key.Version);
    }

    [Fact]
    public async Task A_token_that_does_not_say_its_end_is_used_once()
    {
        var asked = 0;
        using var web = new FakeWeb(_ => FakeKeyserver.GroupKey(1));
        using var client = new KeyserverClient(
            FakeKeyserver.Did,
            (_, _, _) => Task.FromResult(++asked == 1 ? "opaque" : FakeKeyserver.Jwt("no end", null)),
            new KeyserverClientOptions { Address = new Uri("https://keys.example.com"), HttpClient = web.Client() });
        for (var i = 0; i < 3; i++)
            (await client.Groups.GetKeyAsync(FakeKeyserver.Group)).Dispose();
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_token_that_has_ended_by_the_servers_clock_is_replaced_once()
    {
        var calls = 0;
        using var keyserver = new FakeKeyserver(
            _ => ++calls == 1 ? FakeWeb.Error(401, "JwtExpired") : FakeKeyserver.GroupKey(1));
        await GetAsync(keyserver);
        Assert.Equal(2, keyserver.Tokens);

        using var refusing = new FakeKeyserver(_ => FakeWeb.Error(401, "JwtExpired"));
        await Assert.ThrowsAsync<RefusedTokenException>(() => GetAsync(refusing));
        Assert.Equal(2, refusing.Web.Requests.Count);
    }

    [Fact]
    public async Task A_token_that_a_change_of_the_accounts_key_made_invalid_is_replaced_once()
    {
        string? old = null;
        using var keyserver = new FakeKeyserver(request =>
            request.Token == old ? FakeWeb.Error(401, "BadJwtSignature") : FakeKeyserver.GroupKey(1));
        await GetAsync(keyserver);
        old = keyserver.Web.Requests[^1].Token;
        await GetAsync(keyserver);
        await GetAsync(keyserver);
        Assert.Equal((2, 4), (keyserver.Tokens, keyserver.Web.Requests.Count));

        using var refusing = new FakeKeyserver(_ => FakeWeb.Error(401, "BadJwtSignature"));
        await Assert.ThrowsAsync<RefusedTokenException>(() => GetAsync(refusing));
        Assert.Equal(2, refusing.Web.Requests.Count);
    }

    [Fact]
    public async Task A_late_refusal_of_an_old_token_leaves_the_new_one()
    {
        var late = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        string? old = null;
        using var keyserver = new FakeKeyserver(async request =>
        {
            if (request.Method == "group.getKey" && request.Uri.Query.EndsWith("version=1", StringComparison.Ordinal)
                && (old ??= request.Token) == request.Token)
            {
                asked.SetResult();
                await late.Task;
            }

            return request.Token == old ? FakeWeb.Error(401, "JwtExpired") : FakeKeyserver.GroupKey(request);
        });
        var slow = keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group, 1);
        await asked.Task;
        await GetAsync(keyserver);
        late.SetResult();
        (await slow).Dispose();
        Assert.Equal(2, keyserver.Tokens);
    }

    [Fact]
    public async Task Where_each_token_is_good_for_one_call_none_is_kept()
    {
        var used = new HashSet<string?>();
        using var keyserver = new FakeKeyserver(
            request => used.Add(request.Token) ? FakeKeyserver.GroupKey(1) : FakeWeb.Error(401, "NonceNotUnique"));
        for (var i = 0; i < 4; i++)
            await GetAsync(keyserver);
        // The second call finds out.
        Assert.Equal(5, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task What_anybody_may_call_shows_no_token()
    {
        using var keyserver = new FakeKeyserver(
            _ => FakeWeb.Json($$"""{"publicKey":"{{new string('0', 64)}}","version":1}"""));
        await keyserver.Client.Keypairs.GetPublicKeyAsync("did:plc:ewvi7nxzyoun6zhxrhs64oiz");
        Assert.Null(Assert.Single(keyserver.Web.Requests).Token);
        Assert.Equal(0, keyserver.Tokens);
    }

    [Fact]
    public async Task Clear_forgets_tokens_and_Dispose_ends_the_client()
    {
        using var keyserver = new FakeKeyserver(request => FakeKeyserver.GroupKey(request));
        await GetAsync(keyserver);
        keyserver.Client.Clear();
        await GetAsync(keyserver);
        Assert.Equal(2, keyserver.Tokens);
        keyserver.Client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => GetAsync(keyserver));
    }

    private static async Task GetAsync(FakeKeyserver keyserver) =>
        (await keyserver.Client.Groups.GetKeyAsync(FakeKeyserver.Group)).Dispose();
}
