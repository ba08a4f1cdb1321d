using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class AtprotoPdsTests : AtprotoFixture
{
    private const string Audience = "did:web:keyserver.example.com";
    private const string Method = "dev.atpkeyserver.alpha.group.getKey";

    [Theory]
    [InlineData("""{"handle":"alice.test"}""", "did:plc:", "ES256K")]
    [InlineData("""{"handle":"bob.test","method":"plc","curve":"secp256k1"}""", "did:plc:", "ES256K")]
    [InlineData("""{"handle":"carol.test","method":"plc","curve":"p256"}""", "did:plc:", "ES256")]
    [InlineData("""{"handle":"dave.test","method":"web","curve":"p256"}""", "did:web:localhost%3A", "ES256")]
    [InlineData("""{"handle":"erin.test","method":"web","curve":"secp256k1"}""", "did:web:localhost%3A", "ES256K")]
    public async Task An_account_gets_tokens_that_its_document_verifies(string request, string method, string algorithm)
    {
        var account = await CreateAsync(request);
        Assert.StartsWith(method, account.Text("did"), StringComparison.Ordinal);
        Assert.Equal(JsonNode.Parse(request)!.Text("handle"), account.Text("handle"));

        var (status, answer) =
            await AuthorizeAsync(account.Text("accessToken"), $"aud={Uri.EscapeDataString(Audience)}&lxm={Method}");
        Assert.Equal(200, status);
        var token = new CheckedToken(answer.Text("token"));
        Assert.Equal("""{"typ":"JWT","alg":"ALG"}""".Replace("ALG", algorithm, StringComparison.Ordinal),
            token.Header.ToJsonString());
        var now = Now.ToUnixTimeSeconds();
        Assert.Equal(["iat", "iss", "aud", "exp", "lxm", "jti"], token.Payload.AsObject().Select(member => member.Key));
        Assert.Equal(
            (now, account.Text("did"), Audience, now + 60, Method),
            ((long)token.Payload["iat"]!, token.Payload.Text("iss"), token.Payload.Text("aud"), token.Exp,
                token.Payload.Text("lxm")));
        Assert.Matches("^[0-9a-f]{32}$", token.Payload.Text("jti"));

        using var response = await LookUpAsync(account.Text("did"));
        Assert.True(token.IsSignedBy(JsonNode.Parse(await response.Content.ReadAsStringAsync())!));
        Assert.True(token.IsLowS);
    }

    [Fact]
    public async Task The_same_handle_always_has_the_same_identity()
    {
        const string request = """{"handle":"Alice.Test","curve":"p256"}""";
        var accounts = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => CreateAsync(request)));
        var one = Assert.Single(accounts.Select(account => account.ToJsonString()).Distinct());
        var found = Emulator.CreateAccount("alice.test", curve: AccountCurve.P256);
        Assert.Equal(
            (JsonNode.Parse(one)!.Text("did"), JsonNode.Parse(one)!.Text("accessToken"), "alice.test"),
            (found.Did, found.AccessToken, found.Handle));
    }

    [Theory]
    [InlineData("""{"handle":"taken.test","curve":"p256"}""")]
    [InlineData("""{"handle":"taken.test","method":"web"}""")]
    [InlineData("""{"handle":"second.web.test","method":"web"}""")]
    [InlineData("""{"handle":"a.test","curve":"ed25519"}""")]
    [InlineData("""{"handle":"a.test","method":"key"}""")]
    [InlineData("""{"handle":"nodot"}""")]
    [InlineData("""{"handle":"-a.test"}""")]
    [InlineData("""{"handle":"a.test/../b"}""")]
    [InlineData("""{"handle":7}""")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("")]
    public async Task An_invalid_account_request_is_InvalidRequest(string request)
    {
        Emulator.CreateAccount("taken.test");
        Emulator.CreateAccount("first.web.test", AccountMethod.Web);
        var (status, answer) = await PostAsync(request);
        Assert.Equal((400, "InvalidRequest"), (status, answer.Text("error")));
        Assert.NotEmpty(answer.Text("message"));
    }

    [Theory]
    [InlineData(1, true, 1)]
    [InlineData(3600, true, 3600)]
    [InlineData(60, false, 60)]
    public async Task Exp_is_the_requested_time(long ahead, bool withMethod, long expected)
    {
        var token = new CheckedToken(
            Assert.IsType<string>((string?)(await AuthorizeAheadAsync(ahead, withMethod)).Answer["token"]));
        Assert.Equal(Now.ToUnixTimeSeconds() + expected, token.Exp);
        Assert.Equal(withMethod, token.Payload["lxm"] is not null);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, true)]
    [InlineData(3601, true)]
    [InlineData(61, false)]
    public async Task Exp_in_the_past_or_too_far_ahead_is_BadExpiration(long ahead, bool withMethod)
    {
        var (status, answer) = await AuthorizeAheadAsync(ahead, withMethod);
        Assert.Equal((400, "BadExpiration"), (status, answer.Text("error")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("lxm=a.b.c")]
    [InlineData("aud=example.com")]
    [InlineData("aud=did:web:example.com&exp=soon")]
    public async Task A_token_needs_an_audience_and_a_number_for_exp(string query)
    {
        var (status, answer) = await AuthorizeAsync(Emulator.CreateAccount(NewHandle()).AccessToken, query);
        Assert.Equal((400, "InvalidRequest"), (status, answer.Text("error")));
    }

    [Theory]
    [InlineData(null, "AuthMissing")]
    [InlineData("nobody's", "InvalidToken")]
    public async Task A_token_needs_an_account(string? accessToken, string error)
    {
        var (status, answer) = await AuthorizeAsync(accessToken, $"aud={Audience}");
        Assert.Equal((401, error), (status, answer.Text("error")));
    }

    [Fact]
    public async Task Minted_tokens_follow_the_options()
    {
        var did = Emulator.CreateAccount(NewHandle()).Did;
        var document = JsonNode.Parse(await Http.GetStringAsync("/" + did))!;
        CheckedToken Mint(TokenOptions? options, string? lxm = Method) =>
            new(Emulator.MintToken(did, Audience, lxm, options));

        var good = Mint(null);
        Assert.True(good.IsSignedBy(document));
        Assert.Equal("JWT", good.Header.Text("typ"));
        Assert.Equal(
            (did, Audience, Method), (good.Payload.Text("iss"), good.Payload.Text("aud"), good.Payload.Text("lxm")));
        Assert.NotEqual(good.Payload.Text("jti"), Mint(null).Payload.Text("jti"));
        Assert.Null(Mint(null, lxm: null).Payload["lxm"]);

        var expired = Mint(TokenOptions.Expired);
        Assert.True(expired.IsSignedBy(document));
        Assert.Equal(Now.ToUnixTimeSeconds() - 60, expired.Exp);

        Assert.False(Mint(TokenOptions.ForgedSignature).IsSignedBy(document));
        Assert.StartsWith(
            """{"typ":"at+jwt",""", Mint(TokenOptions.WrongType).HeaderText, StringComparison.Ordinal);
        Assert.True(Mint(TokenOptions.WrongType).IsSignedBy(document));
        Assert.Null(Mint(new TokenOptions { Type = null }).Header["typ"]);

        var edited = Mint(new TokenOptions
        {
            EditHeader = header => header["kid"] = "#atproto",
            EditPayload = payload => payload.Remove("jti"),
        });
        Assert.Equal("#atproto", edited.Header.Text("kid"));
        Assert.Null(edited.Payload["jti"]);
        Assert.True(edited.IsSignedBy(document));
    }

    [Theory]
    [InlineData(AccountCurve.Secp256k1)]
    [InlineData(AccountCurve.P256)]
    public void Signatures_have_a_low_s_unless_a_high_s_is_requested(AccountCurve curve)
    {
        var did = Emulator.CreateAccount(NewHandle(), curve: curve).Did;
        var document = JsonNode.Parse(Emulator.Document(did))!;
        for (var i = 0; i < 64; i++)
        {
            var highS = i % 2 == 1;
            var token = new CheckedToken(Emulator.MintToken(did, Audience, Method, new TokenOptions { HighS = highS }));
            Assert.True(token.IsSignedBy(document));
            Assert.Equal(highS, !token.IsLowS);
        }
    }

    [Theory]
    [InlineData("", "/xrpc/a.b.c?x=%23")]
    [InlineData("/", "//xrpc/a.b.c?x=%23")]
    [InlineData("/path", "/path/xrpc/a.b.c?x=%23")]
    public async Task A_call_is_forwarded_to_the_endpoint_with_the_path_appended_as_text(string end, string called)
    {
        using var service = new Service();
        service.Endpoint = service.Origin + end;
        var account = Emulator.CreateAccount(NewHandle());
        Assert.Equal((200, called), await PassOnAsync(account, service.Did + "#some_service"));
        var token = new CheckedToken(service.Token!);
        Assert.Equal((account.Did, service.Did, "a.b.c"),
            (token.Payload.Text("iss"), token.Payload.Text("aud"), token.Payload.Text("lxm")));
        // The document is read once.
        await PassOnAsync(account, service.Did + "#some_service");
        Assert.Equal(1, service.Documents);
    }

    [Theory]
    [InlineData("did:web:keys.example.com#some_service", 400)]
    [InlineData("{did}", 400)]
    [InlineData("{did}#", 400)]
    [InlineData("{did}#other_service", 400)]
    [InlineData("{did}#some_service#", 400)]
    [InlineData("did:web:localhost%3A1#some_service", 502)]
    public async Task A_service_on_another_machine_is_not_called(string name, int status)
    {
        using var service = new Service();
        service.Endpoint = service.Origin;
        var named = name.Replace("{did}", service.Did, StringComparison.Ordinal);
        Assert.Equal(status, (await PassOnAsync(Emulator.CreateAccount(NewHandle()), named)).Status);
        Assert.Null(service.Token);
    }

    [Theory]
    [InlineData("https://keys.example.com")]
    [InlineData("http://192.0.2.1")]
    [InlineData("keys")]
    public async Task An_endpoint_on_another_machine_is_not_called(string endpoint)
    {
        using var service = new Service { Endpoint = endpoint };
        Assert.Equal(
            400, (await PassOnAsync(Emulator.CreateAccount(NewHandle()), service.Did + "#some_service")).Status);
    }

    [Fact]
    public async Task Failing_lookups_do_not_affect_the_pds()
    {
        Emulator.LookupFault = LookupFault.Unavailable;
        var account = await CreateAsync("""{"handle":"still.test"}""");
        Assert.Equal(200, (await AuthorizeAsync(account.Text("accessToken"), $"aud={Audience}")).Status);
    }

    private Task<(int Status, JsonNode Answer)> AuthorizeAheadAsync(long ahead, bool withMethod)
    {
        var exp = (Now.ToUnixTimeSeconds() + ahead).ToString(CultureInfo.InvariantCulture);
        return AuthorizeAsync(
            Emulator.CreateAccount(NewHandle()).AccessToken,
                $"aud={Audience}&exp={exp}" + (withMethod ? "&lxm=" + Method : ""));
    }

    private async Task<JsonNode> CreateAsync(string request)
    {
        var (status, answer) = await PostAsync(request);
        Assert.True(status == 200, answer.ToJsonString());
        return answer;
    }

    private async Task<(int Status, JsonNode Answer)> PostAsync(string request)
    {
        using var content = new StringContent(request, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri("/accounts", UriKind.Relative), content);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private async Task<(int Status, JsonNode Answer)> AuthorizeAsync(string? accessToken, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/xrpc/com.atproto.server.getServiceAuth?" + query);
        if (accessToken is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private async Task<(int Status, string Text)> PassOnAsync(EmulatedAccount account, string service)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/xrpc/a.b.c?x=%23");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", account.AccessToken);
        request.Headers.Add("atproto-proxy", service);
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
