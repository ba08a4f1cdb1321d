using AtpKeyserver.Errors;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary><c>aud</c>, <c>lxm</c>, <c>iss</c>.</summary>
internal static partial class TokenCatalogue
{
    private static Dictionary<string, Row> Purpose() => new()
    {
        ["aud is missing"] = Of(new Token { Aud = null }, ErrorName.BadJwtAudience),
        ["aud is null"] = Of(new Token { Aud = "null" }, ErrorName.BadJwtAudience),
        ["aud is an array that contains us"] =
            Of(new Token { Aud = $"[\"{TestAuth.OwnDid}\"]" }, ErrorName.BadJwtAudience),
        ["aud is another service of ours"] =
            Of(new Token { Aud = $"\"{TestAuth.OwnDid}#other\"" }, ErrorName.BadJwtAudience),
        ["aud has an empty fragment"] = Of(new Token { Aud = $"\"{TestAuth.OwnDid}#\"" }, ErrorName.BadJwtAudience),
        ["aud has a longer host"] =
            Of(new Token { Aud = $"\"{TestAuth.OwnDid}.evil.example\"" }, ErrorName.BadJwtAudience),
        ["aud is in capitals"] = Of(new Token { Aud = "\"DID:WEB:KEYSERVER.EXAMPLE.COM\"" }, ErrorName.BadJwtAudience),
        ["lxm is missing"] = Of(new Token { Lxm = null }, ErrorName.BadJwtLexiconMethod),
        ["lxm is null"] = Of(new Token { Lxm = "null" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is a star"] = Of(new Token { Lxm = "\"*\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is the alias's other name"] = Of(
            new Token { Lxm = "\"dev.atpkeyserver.alpha.group.getKey\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is in another case"] =
            Of(new Token { Lxm = "\"dev.atpkeyserver.alpha.group.KEY\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is longer"] = Of(new Token { Lxm = $"\"{TestAuth.Nsid}.rotate\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm ends with a null character"] =
            Of(new Token { Lxm = $"\"{TestAuth.Nsid}\\u0000\"" }, ErrorName.BadJwtLexiconMethod),
        ["iss is missing"] = Of(new Token { Iss = null }, ErrorName.BadJwtIss),
        ["iss is null"] = Of(new Token { Iss = "null" }, ErrorName.BadJwtIss),
        ["iss is a number"] = Of(new Token { Iss = "1" }, ErrorName.BadJwtIss),
        ["iss is half a surrogate pair"] = Of(new Token { Iss = "\"\\ud800\"" }, ErrorName.BadJwtIss),
        ["iss has a fragment"] = Of(new Token { Iss = $"\"{Did}#atproto\"" }, ErrorName.BadJwtIss),
        ["iss has a path"] = Of(new Token { Iss = $"\"{Did}/a\"" }, ErrorName.BadJwtIss),
        ["iss has a query"] = Of(new Token { Iss = $"\"{Did}?a\"" }, ErrorName.BadJwtIss),
        ["iss is a plc of 23"] = Of(new Token { Iss = "\"did:plc:abcdefghijklmnopqrstuvw\"" }, ErrorName.BadJwtIss),
        ["iss is a plc of 25"] = Of(new Token { Iss = "\"did:plc:abcdefghijklmnopqrstuvwxy\"" }, ErrorName.BadJwtIss),
        ["iss is a did:key"] = Of(
            new Token { Iss = "\"did:key:zQ3shYAdq4UY4gHTXJ8RbQkQKRrp3MTnrchtWZgDHU7s3xsL1\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web with a port"] =
            Of(new Token { Iss = "\"did:web:example.com%3A8080\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web with a path"] = Of(new Token { Iss = "\"did:web:example.com:user\"" }, ErrorName.BadJwtIss),
        ["iss is an address"] = Of(new Token { Iss = "\"did:web:127.0.0.1\"" }, ErrorName.BadJwtIss),
        ["iss is localhost outside development"] =
            Of(new Token { Iss = "\"did:web:localhost%3A3000\"" }, ErrorName.BadJwtIss),
        ["aud is empty"] = Of(new Token { Aud = "\"\"" }, ErrorName.BadJwtAudience),
        ["aud is a number"] = Of(new Token { Aud = "1" }, ErrorName.BadJwtAudience),
        ["aud is true"] = Of(new Token { Aud = "true" }, ErrorName.BadJwtAudience),
        ["aud is an object"] = Of(new Token { Aud = "{}" }, ErrorName.BadJwtAudience),
        ["aud is an empty array"] = Of(new Token { Aud = "[]" }, ErrorName.BadJwtAudience),
        ["aud starts with a space"] =
            Of(new Token { Aud = "\" did:web:keyserver.example.com\"" }, ErrorName.BadJwtAudience),
        ["aud ends with a space"] =
            Of(new Token { Aud = "\"did:web:keyserver.example.com \"" }, ErrorName.BadJwtAudience),
        ["aud ends with a null character"] =
            Of(new Token { Aud = "\"did:web:keyserver.example.com\\u0000\"" }, ErrorName.BadJwtAudience),
        ["aud ends with a dot"] =
            Of(new Token { Aud = "\"did:web:keyserver.example.com.\"" }, ErrorName.BadJwtAudience),
        ["aud has a path"] = Of(new Token { Aud = "\"did:web:keyserver.example.com/\"" }, ErrorName.BadJwtAudience),
        ["aud has a query"] = Of(new Token { Aud = "\"did:web:keyserver.example.com?x\"" }, ErrorName.BadJwtAudience),
        ["aud is our service in capitals"] = Of(
            new Token { Aud = "\"did:web:keyserver.example.com#ATP_KEYSERVER\"" }, ErrorName.BadJwtAudience),
        ["aud is our service twice"] = Of(
            new Token { Aud = "\"did:web:keyserver.example.com#atp_keyserver#atp_keyserver\"" },
                ErrorName.BadJwtAudience),
        ["aud is our service's name alone"] = Of(new Token { Aud = "\"#atp_keyserver\"" }, ErrorName.BadJwtAudience),
        ["aud is our origin"] = Of(new Token { Aud = "\"https://keyserver.example.com\"" }, ErrorName.BadJwtAudience),
        ["aud is our host"] = Of(new Token { Aud = "\"keyserver.example.com\"" }, ErrorName.BadJwtAudience),
        ["aud is the issuer"] =
            Of(new Token { Aud = "\"did:plc:abcdefghijklmnopqrstuvwx\"" }, ErrorName.BadJwtAudience),
        ["aud is ours with an escape"] = Of(
            new Token { Aud = "\"did:web:keyserver.example.com%23atp_keyserver\"" }, ErrorName.BadJwtAudience),
        ["aud is an array of us twice"] = Of(
            new Token { Aud = "\"did:web:keyserver.example.com did:web:keyserver.example.com\"" },
                ErrorName.BadJwtAudience),
        ["aud is half a surrogate pair"] =
            Of(new Token { Aud = "\"did:web:keyserver.example.com\\ud800\"" }, ErrorName.BadJwtAudience),
        ["lxm is empty"] = Of(new Token { Lxm = "\"\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is a number"] = Of(new Token { Lxm = "1" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is true"] = Of(new Token { Lxm = "true" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is an array"] =
            Of(new Token { Lxm = "[\"dev.atpkeyserver.alpha.group.key\"]" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is an object"] = Of(new Token { Lxm = "{}" }, ErrorName.BadJwtLexiconMethod),
        ["lxm starts with a space"] =
            Of(new Token { Lxm = "\" dev.atpkeyserver.alpha.group.key\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm ends with a space"] =
            Of(new Token { Lxm = "\"dev.atpkeyserver.alpha.group.key \"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm ends with a fragment"] =
            Of(new Token { Lxm = "\"dev.atpkeyserver.alpha.group.key#main\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm ends with a query"] =
            Of(new Token { Lxm = "\"dev.atpkeyserver.alpha.group.key?x\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is a path"] =
            Of(new Token { Lxm = "\"/xrpc/dev.atpkeyserver.alpha.group.key\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is a pattern"] =
            Of(new Token { Lxm = "\"dev.atpkeyserver.alpha.group.*\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is shorter"] = Of(new Token { Lxm = "\"dev.atpkeyserver.alpha.group\"" }, ErrorName.BadJwtLexiconMethod),
        ["lxm is two methods"] = Of(
            new Token { Lxm = "\"dev.atpkeyserver.alpha.group.key dev.atpkeyserver.alpha.group.key\"" },
                ErrorName.BadJwtLexiconMethod),
        ["lxm is half a surrogate pair"] = Of(new Token { Lxm = "\"\\ud800\"" }, ErrorName.BadJwtLexiconMethod),
        ["iss is empty"] = Of(new Token { Iss = "\"\"" }, ErrorName.BadJwtIss),
        ["iss is an array"] = Of(new Token { Iss = "[\"did:plc:abcdefghijklmnopqrstuvwx\"]" }, ErrorName.BadJwtIss),
        ["iss is an object"] = Of(new Token { Iss = "{}" }, ErrorName.BadJwtIss),
        ["iss is true"] = Of(new Token { Iss = "true" }, ErrorName.BadJwtIss),
        ["iss starts with a space"] =
            Of(new Token { Iss = "\" did:plc:abcdefghijklmnopqrstuvwx\"" }, ErrorName.BadJwtIss),
        ["iss ends with a space"] =
            Of(new Token { Iss = "\"did:plc:abcdefghijklmnopqrstuvwx \"" }, ErrorName.BadJwtIss),
        ["iss ends with a line"] =
            Of(new Token { Iss = "\"did:plc:abcdefghijklmnopqrstuvwx\\n\"" }, ErrorName.BadJwtIss),
        ["iss ends with a null character"] =
            Of(new Token { Iss = "\"did:plc:abcdefghijklmnopqrstuvwx\\u0000\"" }, ErrorName.BadJwtIss),
        ["iss is in capitals"] = Of(new Token { Iss = "\"did:plc:ABCDEFGHIJKLMNOPQRSTUVWX\"" }, ErrorName.BadJwtIss),
        ["iss has its method in capitals"] =
            Of(new Token { Iss = "\"DID:PLC:abcdefghijklmnopqrstuvwx\"" }, ErrorName.BadJwtIss),
        ["iss has an empty fragment"] =
            Of(new Token { Iss = "\"did:plc:abcdefghijklmnopqrstuvwx#\"" }, ErrorName.BadJwtIss),
        ["iss has a digit that is not base32"] =
            Of(new Token { Iss = "\"did:plc:abcdefghijklmnopqrstuvw1\"" }, ErrorName.BadJwtIss),
        ["iss is a handle"] = Of(new Token { Iss = "\"alice.example.com\"" }, ErrorName.BadJwtIss),
        ["iss is an address of a PDS"] = Of(new Token { Iss = "\"https://pds.example.com\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web in capitals"] = Of(new Token { Iss = "\"did:web:User.example.com\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web with a dot at its end"] =
            Of(new Token { Iss = "\"did:web:user.example.com.\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web of one label"] = Of(new Token { Iss = "\"did:web:com\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web with an escape"] =
            Of(new Token { Iss = "\"did:web:user%2eexample.com\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web with a user"] =
            Of(new Token { Iss = "\"did:web:a@user.example.com\"" }, ErrorName.BadJwtIss),
        ["iss is a did:web that is not ASCII"] =
            Of(new Token { Iss = "\"did:web:b\\u00fccher.example.com\"" }, ErrorName.BadJwtIss),
        ["iss is an IPv6 address"] = Of(new Token { Iss = "\"did:web:[::1]\"" }, ErrorName.BadJwtIss),
        ["iss is a number of an address"] = Of(new Token { Iss = "\"did:web:2130706433\"" }, ErrorName.BadJwtIss),
        ["iss is under a reserved name"] =
            Of(new Token { Iss = "\"did:web:metadata.google.internal\"" }, ErrorName.BadJwtIss),
        ["iss is under localhost"] = Of(new Token { Iss = "\"did:web:a.localhost\"" }, ErrorName.BadJwtIss),
        ["iss is a did:example"] = Of(new Token { Iss = "\"did:example:123\"" }, ErrorName.BadJwtIss),
        ["iss is a did:jwk"] = Of(new Token { Iss = "\"did:jwk:e30\"" }, ErrorName.BadJwtIss),
    };
}
