using AtpKeyserver.Errors;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>Duplicate members and excessive depth.</summary>
internal static partial class TokenCatalogue
{
    private static Dictionary<string, Row> Structure() => new()
    {
        ["an unknown member is repeated"] = Of(new Token { MorePayload = "\"x\":1,\"x\":1" }, ErrorName.BadJwt),
        ["iss is repeated, once escaped"] =
            Of(new Token { MorePayload = $"\"\\u0069ss\":\"{Did}\"" }, ErrorName.BadJwt),
        ["a nested member is repeated"] = Of(new Token { MorePayload = "\"x\":{\"a\":1,\"a\":2}" }, ErrorName.BadJwt),
        ["a name is half a surrogate pair"] = Of(new Token { MorePayload = "\"\\ud800\":1" }, ErrorName.BadJwt),
        ["it is nested 17 deep"] =
            Of(new Token { MorePayload = "\"x\":" + new string('[', 16) + new string(']', 16) }, ErrorName.BadJwt),
        ["typ is repeated"] = Of(new Token { MoreHeader = "\"typ\":\"JWT\"" }, ErrorName.BadJwt),
        ["alg is repeated with another value"] = Of(new Token { MoreHeader = "\"alg\":\"none\"" }, ErrorName.BadJwt),
        ["alg is repeated, once escaped"] =
            Of(new Token { MoreHeader = "\"\\u0061lg\":\"ES256K\"" }, ErrorName.BadJwt),
        ["kid is repeated"] =
            Of(new Token { MoreHeader = "\"kid\":\"#atproto\",\"kid\":\"#atproto\"" }, ErrorName.BadJwt),
        ["an unknown member of the header is repeated"] =
            Of(new Token { MoreHeader = "\"x\":1,\"x\":2" }, ErrorName.BadJwt),
        ["a nested member of the header is repeated"] = Of(
            new Token { MoreHeader = "\"jwk\":{\"kty\":\"EC\",\"kty\":\"RSA\"}" }, ErrorName.BadJwt),
        ["a member in an array of the header is repeated"] = Of(
            new Token { MoreHeader = "\"x\":[[{\"a\":1,\"a\":1}]]" }, ErrorName.BadJwt),
        ["a name in the header is half a surrogate pair"] =
            Of(new Token { MoreHeader = "\"\\udc00\":1" }, ErrorName.BadJwt),
        ["exp is repeated"] = Of(new Token { MorePayload = "\"exp\":1800000055" }, ErrorName.BadJwt),
        ["exp is repeated with another value"] = Of(new Token { MorePayload = "\"exp\":1" }, ErrorName.BadJwt),
        ["iat is repeated"] = Of(new Token { MorePayload = "\"iat\":1799999995" }, ErrorName.BadJwt),
        ["aud is repeated"] =
            Of(new Token { MorePayload = "\"aud\":\"did:web:keyserver.example.com\"" }, ErrorName.BadJwt),
        ["aud is repeated with another value"] =
            Of(new Token { MorePayload = "\"aud\":\"did:web:other.example.com\"" }, ErrorName.BadJwt),
        ["lxm is repeated"] =
            Of(new Token { MorePayload = "\"lxm\":\"dev.atpkeyserver.alpha.group.key\"" }, ErrorName.BadJwt),
        ["lxm is repeated with another value"] = Of(new Token { MorePayload = "\"lxm\":\"*\"" }, ErrorName.BadJwt),
        ["iss is repeated with another value"] = Of(
            new Token { MorePayload = "\"iss\":\"did:plc:zzzzzzzzzzzzzzzzzzzzzzzz\"" }, ErrorName.BadJwt),
        ["iss is repeated"] =
            Of(new Token { MorePayload = "\"iss\":\"did:plc:abcdefghijklmnopqrstuvwx\"" }, ErrorName.BadJwt),
        ["nbf is repeated"] = Of(new Token { MorePayload = "\"nbf\":1,\"nbf\":1" }, ErrorName.BadJwt),
        ["jti is repeated"] = Of(new Token { MorePayload = "\"jti\":\"a\",\"jti\":\"b\"" }, ErrorName.BadJwt),
        ["aud is repeated, once escaped"] = Of(new Token { MorePayload = "\"a\\u0075d\":\"x\"" }, ErrorName.BadJwt),
        ["a member in an array is repeated"] =
            Of(new Token { MorePayload = "\"x\":[{\"a\":1,\"a\":1}]" }, ErrorName.BadJwt),
        ["a nested member is repeated, once escaped"] =
            Of(new Token { MorePayload = "\"x\":{\"a\":1,\"\\u0061\":1}" }, ErrorName.BadJwt),
        ["the header is nested 17 deep"] = Of(
            new Token { MoreHeader = "\"x\":" + new string('[', 16) + new string(']', 16) }, ErrorName.BadJwt),
        ["it is 600 objects deep"] = Of(
            new Token { MorePayload = "\"x\":" + string.Concat(Enumerable.Repeat("{\"a\":", 600)) + "1"
                + new string('}', 600) },
            ErrorName.BadJwt),
        ["an unknown member has an exotic number"] = Of(new Token { MorePayload = "\"x\":1e" }, ErrorName.BadJwt),
        ["it is 5,000 arrays deep and has no end"] =
            Of(new Token { MorePayload = "\"x\":" + new string('[', 5000) }, ErrorName.BadJwt),
        ["the header is 5,000 arrays deep and has no end"] = Of(
            new Token { MoreHeader = "\"x\":" + new string('[', 5000) }, ErrorName.BadJwt),
    };
}
