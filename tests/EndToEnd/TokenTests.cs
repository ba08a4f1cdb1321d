using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Tokens: one row for each broken rule, with its error.</summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed class TokenTests(KeyserverFixture keyserver)
{
    private const string Method = "keypair.listVersions";

    private static readonly Dictionary<string, (string Error, TokenOptions Options)> Bad = new()
    {
        ["that has expired"] = ("JwtExpired", TokenOptions.Expired),
        ["that expires now"] = ("JwtExpired", new() { Lifetime = TimeSpan.Zero }),
        ["without exp"] = ("BadJwt", Payload(p => p.Remove("exp"))),
        ["with a text for exp"] = ("BadJwt", Payload(p => p["exp"] = "tomorrow")),
        ["with exp null"] = ("BadJwt", Payload(p => p["exp"] = null)),
        ["valid for two hours"] = ("BadJwt", new() { Lifetime = TimeSpan.FromHours(2) }),
        ["issued in the future"] = ("BadJwt", Payload(p => p["iat"] = (long)p["iat"]! + 600)),
        ["not valid yet"] = ("BadJwt", Payload(p => p["nbf"] = (long)p["iat"]! + 600)),
        ["of another type"] = ("BadJwtType", TokenOptions.WrongType),
        ["of a type that is a number"] = ("BadJwtType", Header(h => h["typ"] = 1)),
        ["without a signature"] = ("BadJwt", Header(h => h["alg"] = "none")),
        ["under a shared secret"] = ("BadJwt", Header(h => h["alg"] = "HS256")),
        ["without an algorithm"] = ("BadJwt", Header(h => h.Remove("alg"))),
        ["of another algorithm"] = ("BadJwtSignature", Header(h => h["alg"] = "ES256K")),
        ["with critical extensions"] = ("BadJwt", Header(h => h["crit"] = new JsonArray("exp"))),
        ["with another key id"] = ("BadJwtIss", Header(h => h["kid"] = "#atproto_labeler")),
        ["without an audience"] = ("BadJwtAudience", Payload(p => p.Remove("aud"))),
        ["for another service"] = ("BadJwtAudience", Payload(p => p["aud"] = "did:web:other.example.com")),
        ["for another service of ours"] = ("BadJwtAudience", Payload(p => p["aud"] = p["aud"] + "#other")),
        ["for several"] = ("BadJwtAudience", Payload(p => p["aud"] = new JsonArray((string)p["aud"]!))),
        ["without a method"] = ("BadJwtLexiconMethod", Payload(p => p.Remove("lxm"))),
        ["for all methods"] = ("BadJwtLexiconMethod", Payload(p => p["lxm"] = "*")),
        ["for another method"] = ("BadJwtLexiconMethod", Payload(p => p["lxm"] = Api.A + "keypair.getKeypair")),
        ["for the method in upper case"] =
            ("BadJwtLexiconMethod", Payload(p => p["lxm"] = ((string)p["lxm"]!).ToUpperInvariant())),
        ["without an issuer"] = ("BadJwtIss", Payload(p => p.Remove("iss"))),
        ["issued by a did:key"] =
            ("BadJwtIss", Payload(p => p["iss"] = "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")),
        ["by a service of the issuer"] = ("BadJwtIss", Payload(p => p["iss"] = p["iss"] + "#atproto_labeler")),
        ["with a forged signature"] = ("BadJwtSignature", TokenOptions.ForgedSignature),
        ["issued by another account"] =
            ("DidNotFound", Payload(p => p["iss"] = "did:plc:2222222222222222222222zz")),
    };

    private static readonly Dictionary<string, TokenOptions> Good = new()
    {
        ["without a type"] = new() { Type = null },
        ["with the type in lower case"] = new() { Type = "jwt" },
        ["valid for an hour"] = new() { Lifetime = TimeSpan.FromHours(1) },
        ["with a high s"] = new() { HighS = true },
        ["with a key id"] = Header(h => h["kid"] = "#atproto"),
        ["for our service"] = Payload(p => p["aud"] = p["aud"] + "#atp_keyserver"),
        ["without optional members"] = Payload(p => _ = p.Remove("iat") && p.Remove("jti")),
        ["with an unknown member"] = Payload(p => p["scope"] = new JsonObject { ["a"] = 1 }),
    };

    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();

    public static TheoryData<string> BadTokens => new(Bad.Keys);

    public static TheoryData<string> GoodTokens => new(Good.Keys);

    public static TheoryData<string?, string> BadHeaders => new()
    {
        { null, "AuthenticationRequired" }, { "", "AuthenticationRequired" }, { "Bearer", "AuthenticationRequired" },
        { "Bearer ", "AuthenticationRequired" }, { "Basic YTpi", "AuthenticationRequired" },
        { "BearerTOKEN", "AuthenticationRequired" },
        { "DPoP TOKEN", "AuthenticationRequired" }, { "TOKEN", "AuthenticationRequired" },
        { "Bearer garbage", "BadJwt" }, { "Bearer a.b", "BadJwt" }, { "Bearer ..", "BadJwt" },
        { "Bearer e30.e30.e30.e30", "BadJwt" },
        { "Bearer TOKEN.", "BadJwt" }, { "Bearer TOKEN=", "BadJwt" }, { "Bearer x TOKEN", "BadJwt" },
        { "Bearer TOKEN, Bearer TOKEN", "BadJwt" },
        { "Bearer W10.W10.TOKEN", "BadJwt" }, { "Bearer LONG", "BadJwt" },
    };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_token_is_refused(string which)
    {
        var (error, options) = Bad[which];
        (await SendAsync($"Bearer {_api.Token(_alice, Method, options)}")).Is(401, error);
    }

    [Theory]
    [MemberData(nameof(GoodTokens))]
    public async Task A_token_is_accepted(string which)
    {
        (await SendAsync($"Bearer {_api.Token(_alice, Method, Good[which])}")).Ok();
        (await SendAsync($"Bearer {_api.Token(_api.NewAccount(AccountCurve.Secp256k1), Method, Good[which])}")).Ok();
    }

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public async Task A_header_is_refused(string? header, string error) =>
        (await SendAsync(header?.Replace("TOKEN", _api.Token(_alice, Method), StringComparison.Ordinal)
            .Replace("LONG", new string('a', 8 * 1024 + 1), StringComparison.Ordinal))).Is(401, error);

    [Theory]
    [InlineData("bearer TOKEN")]
    [InlineData("BEARER TOKEN")]
    [InlineData("Bearer    TOKEN")]
    public async Task The_scheme_is_not_case_sensitive(string header) =>
        (await SendAsync(header.Replace("TOKEN", _api.Token(_alice, Method), StringComparison.Ordinal))).Ok();

    [Theory]
    [InlineData(8191, 200)]
    [InlineData(8192, 200)]
    [InlineData(8193, 401)]
    [InlineData(16384, 401)]
    [InlineData(65536, null)] // The web server refuses this itself.
    public async Task A_token_has_at_most_8_KiB(int length, int? status)
    {
        var token = TokenOfLength(length);
        for (var i = 0; i < 5; i++)
        {
            var answer = await SendAsync($"Bearer {token}");
            if (status == 401)
                answer.Is(401, "BadJwt");
            Assert.InRange(answer.Status, status ?? 400, status ?? 499);
            (await SendAsync($"Bearer {_api.Token(_alice, Method)}")).Ok();
        }
    }

    [Fact]
    public async Task A_changed_token_is_refused()
    {
        string[] good = _api.Token(_alice, Method).Split('.'), other = _api.Token(_alice, Method).Split('.');
        (await SendAsync($"Bearer {good[0]}.{other[1]}.{good[2]}")).Is(401, "BadJwtSignature");
        (await SendAsync($"Bearer {good[0]}.{good[1]}.{good[2][..80]}")).Is(401, "BadJwtSignature");
        (await SendAsync($"Bearer {good[0]}.{good[1]}.")).Is(401, "BadJwtSignature");
        (await SendAsync($"Bearer {string.Join('.', good)}")).Ok();
    }

    [Fact]
    public async Task A_token_of_a_deleted_account_or_one_without_a_key_is_refused()
    {
        var (gone, keyless) = (_api.NewAccount(), _api.NewAccount());
        keyserver.Stack.Atproto.Tombstone(gone);
        keyserver.Stack.Atproto.RemoveKey(keyless);
        (await SendAsync($"Bearer {_api.Token(gone, Method)}")).Is(401, "DidNotFound");
        (await SendAsync($"Bearer {_api.Token(keyless, Method)}")).Is(401, "DidNotFound");
    }

    [Theory]
    [MemberData(nameof(Methods.Aliases), MemberType = typeof(Methods))]
    public async Task A_token_for_one_name_is_not_valid_for_the_other(string method, string alias)
    {
        if (Methods.IsForAnyone(method))
            return;
        foreach (var (named, called) in new[] { (method, alias), (alias, method) })
        {
            var verb = Methods.IsQuery(called) ? HttpMethod.Get : HttpMethod.Post;
            using var request = new HttpRequestMessage(verb, $"/xrpc/{Api.A}{called}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _api.Token(_alice, named));
            (await _api.SendAsync(request)).Is(401, "BadJwtLexiconMethod");
        }
    }

    [Theory]
    [MemberData(nameof(Methods.OfAccounts), MemberType = typeof(Methods))]
    public async Task The_caller_is_authenticated_before_the_parameters_are_checked(string method)
    {
        foreach (var (header, error) in new[] { (null, "AuthenticationRequired"), ("Bearer a.b.c", "BadJwt") })
        {
            using var request =
                new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}{method}?group_id=x&version=x&version=x");
            if (!Methods.IsQuery(method))
            {
                request.Method = HttpMethod.Post;
                request.Content = new StringContent(new string('[', 20_000), null, "text/plain");
            }

            request.Headers.TryAddWithoutValidation("Authorization", header);
            (await _api.SendAsync(request)).Is(401, error);
        }
    }

    /// <summary>A base64url length is never 1 modulo 4, so the padding is split between header and payload.</summary>
    private string TokenOfLength(int length)
    {
        for (var more = 0; ; more++)
        {
            var least = (length - 700) * 3 / 4;
            for (var filler = least; filler < least + 500; filler++)
            {
                var token = _api.Token(_alice, Method, new()
                {
                    EditHeader = h => h["x"] = new string('a', more),
                    EditPayload = p => p["x"] = new string('a', filler),
                });
                if (token.Length == length)
                    return token;
            }
        }
    }

    private static TokenOptions Header(Action<JsonObject> edit) => new() { EditHeader = edit };

    private static TokenOptions Payload(Action<JsonObject> edit) => new() { EditPayload = edit };

    private async Task<Answer> SendAsync(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}{Method}");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await _api.SendAsync(request);
    }
}
