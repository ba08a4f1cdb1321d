using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>One token for each broken rule, next to the last valid one. All are signed with the right key.</summary>
public class RefusedTokenTests
{
    private const string Did = "did:plc:abcdefghijklmnopqrstuvwx";

    private static readonly Dictionary<string, Token> Accepted = new()
    {
        ["nothing is wrong"] = new Token(),
        ["typ is absent"] = new Token { Typ = null },
        ["typ is lower-case"] = new Token { Typ = "\"jwt\"" },
        ["typ is written with escapes"] = new Token { Typ = "\"\\u004aWT\"" },
        ["kid is the fragment"] = new Token { Kid = "\"#atproto\"" },
        ["kid is the key's full id"] = new Token { Kid = $"\"{Did}#atproto\"" },
        ["the header contains keys"] =
            new Token { MoreHeader = "\"jwk\":{\"kty\":\"EC\"},\"jku\":\"https://a.example\",\"x5c\":[]" },
        ["exp is a fraction after now"] = new Token { Exp = "1800000000.1" },
        ["exp is an hour and a minute ahead"] = new Token { Exp = "1800003660" },
        ["exp has an exponent"] = new Token { Exp = "1.800000055e9" },
        ["iat is 60 s ahead"] = new Token { Iat = "1800000060" },
        ["iat is absent"] = new Token { Iat = null },
        ["iat is ages ago"] = new Token { Iat = "-1.7e308" },
        ["nbf is 60 s ahead"] = new Token { Nbf = "1800000060" },
        ["aud is our DID with the service"] = new Token { Aud = $"\"{TestAuth.OwnDid}#atp_keyserver\"" },
        ["it is nested 16 deep"] = new Token { MorePayload = "\"x\":" + new string('[', 15) + new string(']', 15) },
        ["typ is in mixed case"] = new Token { Typ = "\"jWt\"" },
        ["exp is a microsecond after now"] = new Token { Exp = "1800000000.000001" },
        ["exp has a fraction and an exponent"] = new Token { Exp = "18000000555e-1" },
        ["iat is minus zero"] = new Token { Iat = "-0" },
        ["nbf is a fraction less than 60 s ahead"] = new Token { Nbf = "1800000059.9" },
        ["the last member ends with white space"] = new Token { MorePayload = "\"x\" :\t[ 1 ,\r\n 2 ] " },
        ["jti is a number"] = new Token { MorePayload = "\"jti\":1e400" },
        ["the header is nested 16 deep"] =
            new Token { MoreHeader = "\"x\":" + new string('[', 15) + new string(']', 15) },
        ["a name is repeated in another case"] =
            new Token { MorePayload = "\"EXP\":1,\"Iss\":1", MoreHeader = "\"ALG\":\"none\"" },
        ["a name is repeated inside another member"] = new Token { MorePayload = "\"x\":{\"exp\":1,\"iss\":1}" },
        ["unknown members are there"] = new Token { MorePayload = "\"jti\":null,\"nonce\":[1,{\"a\":\"é\"}]" },
    };

    public static TheoryData<string> RefusedNames() => [.. TokenCatalogue.Refused.Keys];

    public static TheoryData<string> AcceptedNames() => [.. Accepted.Keys];

    [Theory]
    [MemberData(nameof(RefusedNames))]
    public async Task Refuses_a_token_when(string reason)
    {
        using var auth = new TestAuth();
        var (authorization, error) = TokenCatalogue.Refused[reason];

        await Refusals.ShouldBeRefusedAsync(() => auth.AuthenticateHeaderAsync(authorization(auth)), error);

        Assert.Equal(401, ErrorStatus.Of(error));
        Assert.Equal(0, auth.Lookups);
    }

    [Theory]
    [MemberData(nameof(AcceptedNames))]
    public async Task Accepts_a_token_when(string reason)
    {
        using var auth = new TestAuth();

        var issuer = await auth.AuthenticateAsync(Accepted[reason].Sign(auth.Key));

        Assert.Equal(Documents.Plc, issuer);
    }

    [Fact]
    public async Task Names_the_first_broken_rule_when_all_are_broken()
    {
        using var auth = new TestAuth();
        var token =
            new Token { Typ = "1", Alg = "1", Kid = "1", Exp = "0", Iat = "\"\"", Aud = "1", Lxm = "1", Iss = "1" };
        await RefusedWith(ErrorName.BadJwtType);
        token = token with { Typ = null };
        await RefusedWith(ErrorName.BadJwt);
        token = token with { Alg = "\"ES256K\"" };
        await RefusedWith(ErrorName.BadJwtIss);
        token = token with { Kid = null };
        await RefusedWith(ErrorName.JwtExpired);
        token = token with { Exp = "1800000055" };
        await RefusedWith(ErrorName.BadJwt);
        token = token with { Iat = null };
        await RefusedWith(ErrorName.BadJwtAudience);
        token = token with { Aud = $"\"{TestAuth.OwnDid}\"" };
        await RefusedWith(ErrorName.BadJwtLexiconMethod);
        token = token with { Lxm = $"\"{TestAuth.Nsid}\"" };
        await RefusedWith(ErrorName.BadJwtIss);

        async Task RefusedWith(ErrorName error) =>
            await Refusals.ShouldBeRefusedAsync(() => auth.AuthenticateAsync(token.Sign(auth.Key)), error);
    }

    [Fact]
    public async Task Accepts_localhost_in_development()
    {
        using var auth = new TestAuth(allowLocalhost: true);
        var token = new Token { Iss = "\"did:web:localhost%3A3000\"", Alg = "\"ES256\"" };

        var issuer = await auth.AuthenticateAsync(token.Sign(auth.WebKey));

        Assert.True(issuer.IsLocalhost);
    }
}
