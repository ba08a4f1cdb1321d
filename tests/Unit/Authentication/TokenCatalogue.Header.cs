using AtpKeyserver.Errors;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>The header: <c>crit</c>, <c>typ</c>, <c>alg</c>, <c>kid</c>.</summary>
internal static partial class TokenCatalogue
{
    private static Dictionary<string, Row> Header() => new()
    {
        ["crit is present"] = Of(new Token { MoreHeader = "\"crit\":[\"exp\"]" }, ErrorName.BadJwt),
        ["crit is null"] = Of(new Token { MoreHeader = "\"crit\":null" }, ErrorName.BadJwt),
        ["crit comes with a wrong typ"] =
            Of(new Token { Typ = "\"at+jwt\"", MoreHeader = "\"crit\":[]" }, ErrorName.BadJwt),
        ["typ is at+jwt"] = Of(new Token { Typ = "\"at+jwt\"" }, ErrorName.BadJwtType),
        ["typ is the long form"] = Of(new Token { Typ = "\"application/jwt\"" }, ErrorName.BadJwtType),
        ["typ is empty"] = Of(new Token { Typ = "\"\"" }, ErrorName.BadJwtType),
        ["typ is null"] = Of(new Token { Typ = "null" }, ErrorName.BadJwtType),
        ["typ is a number"] = Of(new Token { Typ = "1" }, ErrorName.BadJwtType),
        ["typ has a space"] = Of(new Token { Typ = "\"JWT \"" }, ErrorName.BadJwtType),
        ["alg is missing"] = Of(new Token { Alg = null }, ErrorName.BadJwt),
        ["alg is lower-case"] = Of(new Token { Alg = "\"es256k\"" }, ErrorName.BadJwt),
        ["alg is ES384"] = Of(new Token { Alg = "\"ES384\"" }, ErrorName.BadJwt),
        ["alg is none"] = Of(new Token { Alg = "\"none\"" }, ErrorName.BadJwt),
        ["alg is null"] = Of(new Token { Alg = "null" }, ErrorName.BadJwt),
        ["alg is an array"] = Of(new Token { Alg = "[\"ES256K\"]" }, ErrorName.BadJwt),
        ["kid is another key"] = Of(new Token { Kid = "\"#atproto_label\"" }, ErrorName.BadJwtIss),
        ["kid is another DID's"] =
            Of(new Token { Kid = "\"did:plc:zzzzzzzzzzzzzzzzzzzzzzzz#atproto\"" }, ErrorName.BadJwtIss),
        ["kid is the bare DID"] = Of(new Token { Kid = $"\"{Did}\"" }, ErrorName.BadJwtIss),
        ["kid is null"] = Of(new Token { Kid = "null" }, ErrorName.BadJwtIss),
        ["kid is empty"] = Of(new Token { Kid = "\"\"" }, ErrorName.BadJwtIss),
        ["alg is repeated"] = Of(new Token { MoreHeader = "\"alg\":\"ES256K\"" }, ErrorName.BadJwt),
        ["crit is empty"] = Of(new Token { MoreHeader = "\"crit\":[]" }, ErrorName.BadJwt),
        ["crit is a string"] = Of(new Token { MoreHeader = "\"crit\":\"exp\"" }, ErrorName.BadJwt),
        ["crit is false"] = Of(new Token { MoreHeader = "\"crit\":false" }, ErrorName.BadJwt),
        ["crit is an object"] = Of(new Token { MoreHeader = "\"crit\":{}" }, ErrorName.BadJwt),
        ["crit names a known member"] = Of(new Token { MoreHeader = "\"crit\":[\"alg\",\"typ\"]" }, ErrorName.BadJwt),
        ["crit is written with an escape"] =
            Of(new Token { MoreHeader = "\"\\u0063rit\":[\"b64\"]" }, ErrorName.BadJwt),
        ["crit comes with b64"] = Of(new Token { MoreHeader = "\"b64\":false,\"crit\":[\"b64\"]" }, ErrorName.BadJwt),
        ["typ is the long form in capitals"] = Of(new Token { Typ = "\"APPLICATION/JWT\"" }, ErrorName.BadJwtType),
        ["typ is JWS"] = Of(new Token { Typ = "\"JWS\"" }, ErrorName.BadJwtType),
        ["typ is JOSE"] = Of(new Token { Typ = "\"JOSE\"" }, ErrorName.BadJwtType),
        ["typ is dpop+jwt"] = Of(new Token { Typ = "\"dpop+jwt\"" }, ErrorName.BadJwtType),
        ["typ is at+JWT in capitals"] = Of(new Token { Typ = "\"AT+JWT\"" }, ErrorName.BadJwtType),
        ["typ is a refresh token's"] = Of(new Token { Typ = "\"refresh+jwt\"" }, ErrorName.BadJwtType),
        ["typ starts with JWT"] = Of(new Token { Typ = "\"JWT+x\"" }, ErrorName.BadJwtType),
        ["typ starts with a space"] = Of(new Token { Typ = "\" JWT\"" }, ErrorName.BadJwtType),
        ["typ ends with a line"] = Of(new Token { Typ = "\"JWT\\n\"" }, ErrorName.BadJwtType),
        ["typ ends with a null character"] = Of(new Token { Typ = "\"JWT\\u0000\"" }, ErrorName.BadJwtType),
        ["typ is in full-width letters"] = Of(new Token { Typ = "\"\\uff2a\\uff37\\uff34\"" }, ErrorName.BadJwtType),
        ["typ has a Cyrillic letter"] = Of(new Token { Typ = "\"JW\\u0422\"" }, ErrorName.BadJwtType),
        ["typ is half a surrogate pair"] = Of(new Token { Typ = "\"\\ud800\"" }, ErrorName.BadJwtType),
        ["typ is true"] = Of(new Token { Typ = "true" }, ErrorName.BadJwtType),
        ["typ is false"] = Of(new Token { Typ = "false" }, ErrorName.BadJwtType),
        ["typ is an array"] = Of(new Token { Typ = "[\"JWT\"]" }, ErrorName.BadJwtType),
        ["typ is an object"] = Of(new Token { Typ = "{\"JWT\":\"JWT\"}" }, ErrorName.BadJwtType),
        ["typ is zero"] = Of(new Token { Typ = "0" }, ErrorName.BadJwtType),
        ["alg is None"] = Of(new Token { Alg = "\"None\"" }, ErrorName.BadJwt),
        ["alg is ES256 in small letters"] = Of(new Token { Alg = "\"es256\"" }, ErrorName.BadJwt),
        ["alg is ES256k"] = Of(new Token { Alg = "\"ES256k\"" }, ErrorName.BadJwt),
        ["alg is ES512"] = Of(new Token { Alg = "\"ES512\"" }, ErrorName.BadJwt),
        ["alg is HS256"] = Of(new Token { Alg = "\"HS256\"" }, ErrorName.BadJwt),
        ["alg is RS256"] = Of(new Token { Alg = "\"RS256\"" }, ErrorName.BadJwt),
        ["alg is PS256"] = Of(new Token { Alg = "\"PS256\"" }, ErrorName.BadJwt),
        ["alg is EdDSA"] = Of(new Token { Alg = "\"EdDSA\"" }, ErrorName.BadJwt),
        ["alg is empty"] = Of(new Token { Alg = "\"\"" }, ErrorName.BadJwt),
        ["alg ends with a space"] = Of(new Token { Alg = "\"ES256K \"" }, ErrorName.BadJwt),
        ["alg ends with a null character"] = Of(new Token { Alg = "\"ES256K\\u0000\"" }, ErrorName.BadJwt),
        ["alg is a number"] = Of(new Token { Alg = "256" }, ErrorName.BadJwt),
        ["alg is true"] = Of(new Token { Alg = "true" }, ErrorName.BadJwt),
        ["alg is an object"] = Of(new Token { Alg = "{\"alg\":\"ES256K\"}" }, ErrorName.BadJwt),
        ["alg is half a surrogate pair"] = Of(new Token { Alg = "\"\\ud800\"" }, ErrorName.BadJwt),
        ["kid is a number"] = Of(new Token { Kid = "1" }, ErrorName.BadJwtIss),
        ["kid is true"] = Of(new Token { Kid = "true" }, ErrorName.BadJwtIss),
        ["kid is an array"] = Of(new Token { Kid = "[\"#atproto\"]" }, ErrorName.BadJwtIss),
        ["kid is an object"] = Of(new Token { Kid = "{}" }, ErrorName.BadJwtIss),
        ["kid has no hash"] = Of(new Token { Kid = "\"atproto\"" }, ErrorName.BadJwtIss),
        ["kid is in capitals"] = Of(new Token { Kid = "\"#ATPROTO\"" }, ErrorName.BadJwtIss),
        ["kid ends with a space"] = Of(new Token { Kid = "\"#atproto \"" }, ErrorName.BadJwtIss),
        ["kid starts with a space"] = Of(new Token { Kid = "\" #atproto\"" }, ErrorName.BadJwtIss),
        ["kid is a hash"] = Of(new Token { Kid = "\"#\"" }, ErrorName.BadJwtIss),
        ["kid is a did:key"] = Of(
            new Token { Kid = "\"did:key:zQ3shYAdq4UY4gHTXJ8RbQkQKRrp3MTnrchtWZgDHU7s3xsL1\"" }, ErrorName.BadJwtIss),
        ["kid is another key of the issuer"] = Of(
            new Token { Kid = "\"did:plc:abcdefghijklmnopqrstuvwx#atproto_label\"" }, ErrorName.BadJwtIss),
        ["kid has an empty fragment"] =
            Of(new Token { Kid = "\"did:plc:abcdefghijklmnopqrstuvwx#\"" }, ErrorName.BadJwtIss),
        ["kid has two fragments"] =
            Of(new Token { Kid = "\"did:plc:abcdefghijklmnopqrstuvwx#atproto#atproto\"" }, ErrorName.BadJwtIss),
        ["kid is an address of a key"] =
            Of(new Token { Kid = "\"https://evil.example.com/jwk.json\"" }, ErrorName.BadJwtIss),
        ["kid is a path"] = Of(new Token { Kid = "\"../../dev/null\"" }, ErrorName.BadJwtIss),
        ["kid is half a surrogate pair"] = Of(new Token { Kid = "\"\\ud800\"" }, ErrorName.BadJwtIss),
        ["kid is our own key"] = Of(new Token { Kid = $"\"{TestAuth.OwnDid}#atproto\"" }, ErrorName.BadJwtIss),
        ["kid and iss are null"] = Of(new Token { Kid = "\"#atproto\"", Iss = "null" }, ErrorName.BadJwtIss),
    };
}
