using AtpKeyserver.Errors;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Auth;

/// <summary>
/// One token for each way to be wrong, and the last good one before it. All are signed by the right key: only the rule is at stake.
/// </summary>
public class RefusedTokenTests
{
    private const string Did = "did:plc:abcdefghijklmnopqrstuvwx";

    private static readonly Dictionary<string, (Token Token, ErrorName Error)> Refused = new()
    {
        ["crit is there"] = (new Token { MoreHeader = "\"crit\":[\"exp\"]" }, ErrorName.BadJwt),
        ["crit is null"] = (new Token { MoreHeader = "\"crit\":null" }, ErrorName.BadJwt),
        ["crit comes with a wrong typ"] = (new Token { Typ = "\"at+jwt\"", MoreHeader = "\"crit\":[]" }, ErrorName.BadJwt),
        ["typ is at+jwt"] = (new Token { Typ = "\"at+jwt\"" }, ErrorName.BadJwtType),
        ["typ is the long form"] = (new Token { Typ = "\"application/jwt\"" }, ErrorName.BadJwtType),
        ["typ is empty"] = (new Token { Typ = "\"\"" }, ErrorName.BadJwtType),
        ["typ is null"] = (new Token { Typ = "null" }, ErrorName.BadJwtType),
        ["typ is a number"] = (new Token { Typ = "1" }, ErrorName.BadJwtType),
        ["typ has a space"] = (new Token { Typ = "\"JWT \"" }, ErrorName.BadJwtType),
        ["alg is missing"] = (new Token { Alg = null }, ErrorName.BadJwt),
        ["alg is lower-case"] = (new Token { Alg = "\"es256k\"" }, ErrorName.BadJwt),
        ["alg is ES384"] = (new Token { Alg = "\"ES384\"" }, ErrorName.BadJwt),
        ["alg is none"] = (new Token { Alg = "\"none\"" }, ErrorName.BadJwt),
        ["alg is null"] = (new Token { Alg = "null" }, ErrorName.BadJwt),
        ["alg is an array"] = (new Token { Alg = "[\"ES256K\"]" }, ErrorName.BadJwt),
        ["kid is another key"] = (new Token { Kid = "\"#atproto_label\"" }, ErrorName.BadJwtIss),
        ["kid is another DID's"] = (new Token { Kid = "\"did:plc:zzzzzzzzzzzzzzzzzzzzzzzz#atproto\"" }, ErrorName.BadJwtIss),
        ["kid is the bare DID"] = (new Token { Kid = $"\"{Did}\"" }, ErrorName.BadJwtIss),
        ["kid is null"] = (new Token { Kid = "null" }, ErrorName.BadJwtIss),
        ["kid is empty"] = (new Token { Kid = "\"\"" }, ErrorName.BadJwtIss),
        ["exp is missing"] = (new Token { Exp = null }, ErrorName.BadJwt),
        ["exp is null"] = (new Token { Exp = "null" }, ErrorName.BadJwt),
        ["exp is a string"] = (new Token { Exp = "\"1800000055\"" }, ErrorName.BadJwt),
        ["exp is true"] = (new Token { Exp = "true" }, ErrorName.BadJwt),
        ["exp is too large for a double"] = (new Token { Exp = "1e400" }, ErrorName.BadJwt),
        ["exp is too small for a double"] = (new Token { Exp = "-1e400" }, ErrorName.BadJwt),
        ["exp has a thousand digits"] = (new Token { Exp = new string('9', 1000) }, ErrorName.BadJwt),
        ["exp is now"] = (new Token { Exp = "1800000000" }, ErrorName.JwtExpired),
        ["exp is a fraction before now"] = (new Token { Exp = "1799999999.9" }, ErrorName.JwtExpired),
        ["exp is minus zero"] = (new Token { Exp = "-0" }, ErrorName.JwtExpired),
        ["exp is as negative as can be"] = (new Token { Exp = "-1.7e308" }, ErrorName.JwtExpired),
        ["exp is a second more than an hour and a minute ahead"] = (new Token { Exp = "1800003661" }, ErrorName.BadJwt),
        ["exp is a fraction more than that"] = (new Token { Exp = "1800003660.1" }, ErrorName.BadJwt),
        ["iat is 61 s ahead"] = (new Token { Iat = "1800000061" }, ErrorName.BadJwt),
        ["iat is null"] = (new Token { Iat = "null" }, ErrorName.BadJwt),
        ["iat is a string"] = (new Token { Iat = "\"1799999995\"" }, ErrorName.BadJwt),
        ["iat is too large for a double"] = (new Token { Iat = "1e400" }, ErrorName.BadJwt),
        ["nbf is 61 s ahead"] = (new Token { Nbf = "1800000061" }, ErrorName.BadJwt),
        ["nbf is an object"] = (new Token { Nbf = "{}" }, ErrorName.BadJwt),
        ["aud is missing"] = (new Token { Aud = null }, ErrorName.BadJwtAudience),
        ["aud is null"] = (new Token { Aud = "null" }, ErrorName.BadJwtAudience),
        ["aud is an array with us in it"] = (new Token { Aud = $"[\"{TestAuth.OwnDid}\"]" }, ErrorName.BadJwtAudience),
        ["aud is another service of ours"] = (new Token { Aud = $"\"{TestAuth.OwnDid}#other\"" }, ErrorName.BadJwtAudience),
        ["aud has an empty fragment"] = (new Token { Aud = $"\"{TestAuth.OwnDid}#\"" }, ErrorName.BadJwtAudience),
        ["aud goes on"] = (new Token { Aud = $"\"{TestAuth.OwnDid}.evil.example\"" }, ErrorName.BadJwtAudience),
        ["aud is in capitals"] = (new Token { Aud = "\"DID:WEB:KEYSERVER.EXAMPLE.COM\"" }, ErrorName.BadJwtAudience),
        ["lxm is missing"] = (new Token { Lxm = null }, ErrorName.BadJwtLexiconMethod),
        ["lxm is null"] = (new Token { Lxm = "null" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is a star"] = (new Token { Lxm = "\"*\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is the alias's other name"] = (new Token { Lxm = "\"dev.atpkeyserver.alpha.group.getKey\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is in another case"] = (new Token { Lxm = "\"dev.atpkeyserver.alpha.group.KEY\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is longer"] = (new Token { Lxm = $"\"{TestAuth.Nsid}.rotate\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm ends with a null character"] = (new Token { Lxm = $"\"{TestAuth.Nsid}\\u0000\"" }, ErrorName.BadJwtLexiconMethod),
        ["iss is missing"] = (new Token { Iss = null }, ErrorName.BadJwtIss),
        ["iss is null"] = (new Token { Iss = "null" }, ErrorName.BadJwtIss),
        ["iss is a number"] = (new Token { Iss = "1" }, ErrorName.BadJwtIss),
        ["iss is half a surrogate pair"] = (new Token { Iss = "\"\\ud800\"" }, ErrorName.BadJwtIss),
        ["iss has a fragment"] = (new Token { Iss = $"\"{Did}#atproto\"" }, ErrorName.BadJwtIss),
        ["iss has a path"] = (new Token { Iss = $"\"{Did}/a\"" }, ErrorName.BadJwtIss),
        ["iss has a query"] = (new Token { Iss = $"\"{Did}?a\"" }, ErrorName.BadJwtIss),
        ["iss is a plc of 23"] = (new Token { Iss = "\"did:plc:abcdefghijklmnopqrstuvw\"" }, ErrorName.BadJwtIss),
        ["iss is a plc of 25"] = (new Token { Iss = "\"did:plc:abcdefghijklmnopqrstuvwxy\"" }, ErrorName.BadJwtIss),
        ["iss is a did:key"] = (new Token { Iss = "\"did:key:zQ3shYAdq4UY4gHTXJ8RbQkQKRrp3MTnrchtWZgDHU7s3xsL1\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web with a port"] = (new Token { Iss = "\"did:web:example.com%3A8080\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web with a path"] = (new Token { Iss = "\"did:web:example.com:user\"" }, ErrorName.BadJwtIss),
        ["iss is an address"] = (new Token { Iss = "\"did:web:127.0.0.1\"" }, ErrorName.BadJwtIss),
        ["iss is localhost outside development"] = (new Token { Iss = "\"did:web:localhost%3A3000\"" }, ErrorName.BadJwtIss),
        ["an unknown member stands twice"] = (new Token { MorePayload = "\"x\":1,\"x\":1" }, ErrorName.BadJwt),
        ["iss stands twice, once escaped"] = (new Token { MorePayload = $"\"\\u0069ss\":\"{Did}\"" }, ErrorName.BadJwt),
        ["alg stands twice"] = (new Token { MoreHeader = "\"alg\":\"ES256K\"" }, ErrorName.BadJwt),
        ["a nested member stands twice"] = (new Token { MorePayload = "\"x\":{\"a\":1,\"a\":2}" }, ErrorName.BadJwt),
        ["a name is half a surrogate pair"] = (new Token { MorePayload = "\"\\ud800\":1" }, ErrorName.BadJwt),
        ["it is nested 17 deep"] = (new Token { MorePayload = "\"x\":" + new string('[', 16) + new string(']', 16) }, ErrorName.BadJwt),
    };

    private static readonly Dictionary<string, Token> Accepted = new()
    {
        ["nothing is wrong"] = new Token(),
        ["typ is absent"] = new Token { Typ = null },
        ["typ is lower-case"] = new Token { Typ = "\"jwt\"" },
        ["typ is written with escapes"] = new Token { Typ = "\"\\u004aWT\"" },
        ["kid is the fragment"] = new Token { Kid = "\"#atproto\"" },
        ["kid is the key's full id"] = new Token { Kid = $"\"{Did}#atproto\"" },
        ["keys stand in the header"] = new Token { MoreHeader = "\"jwk\":{\"kty\":\"EC\"},\"jku\":\"https://a.example\",\"x5c\":[]" },
        ["exp is a fraction after now"] = new Token { Exp = "1800000000.1" },
        ["exp is an hour and a minute ahead"] = new Token { Exp = "1800003660" },
        ["exp has an exponent"] = new Token { Exp = "1.800000055e9" },
        ["iat is 60 s ahead"] = new Token { Iat = "1800000060" },
        ["iat is absent"] = new Token { Iat = null },
        ["iat is ages ago"] = new Token { Iat = "-1.7e308" },
        ["nbf is 60 s ahead"] = new Token { Nbf = "1800000060" },
        ["aud is our DID with the service"] = new Token { Aud = $"\"{TestAuth.OwnDid}#atp_keyserver\"" },
        ["it is nested 16 deep"] = new Token { MorePayload = "\"x\":" + new string('[', 15) + new string(']', 15) },
        ["unknown members are there"] = new Token { MorePayload = "\"jti\":null,\"nonce\":[1,{\"a\":\"é\"}]" },
    };

    public static TheoryData<string> RefusedNames() => [.. Refused.Keys];

    public static TheoryData<string> AcceptedNames() => [.. Accepted.Keys];

    [Theory]
    [MemberData(nameof(RefusedNames))]
    public async Task Refuses_a_token_when(string reason)
    {
        using var auth = new TestAuth();
        var (token, error) = Refused[reason];

        await Refusals.ShouldBeRefusedAsync(() => auth.AuthenticateAsync(token.Sign(auth.Key)), error);

        Assert.Equal(0, auth.LookUps);
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
        var token = new Token { Typ = "1", Alg = "1", Kid = "1", Exp = "0", Iat = "\"\"", Aud = "1", Lxm = "1", Iss = "1" };
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
