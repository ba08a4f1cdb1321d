using System.Text;
using System.Text.Json;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>The published vectors: each token with the error that the protocol defines for it.</summary>
public class ServiceAuthVectorTests
{
    private static readonly JsonElement File = JsonDocument.Parse(
        System.IO.File.ReadAllBytes(
            Path.Combine(AppContext.BaseDirectory, "Vectors", "service-auth.json"))).RootElement;

    /// <summary>
    /// The expected error for each refused vector. All others are accepted, including those with a high s, which the
    /// file leaves undefined.
    /// </summary>
    private static readonly Dictionary<string, ErrorName> Refused = new()
    {
        ["expired-by-1s"] = ErrorName.JwtExpired,
        ["exp-zero"] = ErrorName.JwtExpired,
        ["exp-missing"] = ErrorName.BadJwt,
        ["exp-negative"] = ErrorName.JwtExpired,
        ["exp-far-future-10y"] = ErrorName.BadJwt,
        ["exp-milliseconds"] = ErrorName.BadJwt,
        ["iat-future-1day"] = ErrorName.BadJwt,
        ["iat-string"] = ErrorName.BadJwt,
        ["aud-wrong"] = ErrorName.BadJwtAudience,
        ["aud-uppercase"] = ErrorName.BadJwtAudience,
        ["aud-missing"] = ErrorName.BadJwtAudience,
        ["lxm-wrong"] = ErrorName.BadJwtLexiconMethod,
        ["lxm-null"] = ErrorName.BadJwtLexiconMethod,
        ["lxm-star"] = ErrorName.BadJwtLexiconMethod,
        ["lxm-array"] = ErrorName.BadJwtLexiconMethod,
        ["alg-none-empty-signature"] = ErrorName.BadJwt,
        ["alg-None-mixed-case"] = ErrorName.BadJwt,
        ["alg-es256k-header-p256-key"] = ErrorName.BadJwtSignature,
        ["alg-rs256"] = ErrorName.BadJwt,
        ["alg-empty"] = ErrorName.BadJwt,
        ["alg-number"] = ErrorName.BadJwt,
        ["header-jwk-attacker"] = ErrorName.BadJwtIss, // its kid is a did:key
        ["der-signature-es256k"] = ErrorName.BadJwtSignature,
        ["tampered-payload"] = ErrorName.BadJwtSignature,
        ["tampered-header"] = ErrorName.BadJwtSignature,
        ["signature-truncated-63"] = ErrorName.BadJwtSignature,
        ["signature-all-zero"] = ErrorName.BadJwtSignature,
        ["signature-r-ge-n"] = ErrorName.BadJwtSignature,
        ["iss-not-did"] = ErrorName.BadJwtIss,
        ["iss-empty"] = ErrorName.BadJwtIss,
        ["iss-did-url-query"] = ErrorName.BadJwtIss,
        ["iss-fragment-labeler-accountkey"] = ErrorName.BadJwtIss,
        ["iss-fragment-empty"] = ErrorName.BadJwtIss,
        ["iss-did-key-self-issued"] = ErrorName.BadJwtIss,
        ["typ-at+jwt"] = ErrorName.BadJwtType,
        ["typ-dpop+jwt"] = ErrorName.BadJwtType,
        ["typ-application/at+jwt"] = ErrorName.BadJwtType,
        ["b64-padding-signature"] = ErrorName.BadJwt,
        ["b64-standard-alphabet-signature"] = ErrorName.BadJwt,
        ["b64-space-in-signature"] = ErrorName.BadJwt,
        ["extra-segment"] = ErrorName.BadJwt,
        ["two-segments"] = ErrorName.BadJwt,
        ["only-dots"] = ErrorName.BadJwt,
        ["header-not-json"] = ErrorName.BadJwt,
        ["payload-json-null"] = ErrorName.BadJwt,
        ["header-json-null"] = ErrorName.BadJwt,
        ["payload-duplicate-aud-last-wins"] = ErrorName.BadJwt,
        ["payload-bom"] = ErrorName.BadJwt,
        ["huge-token-64k"] = ErrorName.BadJwt,
        ["pds-access-token-hs256"] = ErrorName.BadJwtType,
    };

    private static readonly string[] All =
        [.. File.GetProperty("vectors").EnumerateArray().Select(v => v.GetProperty("name").GetString()!)];

    public static TheoryData<string> Names() => [.. All];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Gives_every_vector_the_documented_result(string name)
    {
        var vector = File.GetProperty("vectors").EnumerateArray()
            .Single(v => v.GetProperty("name").GetString() == name);
        var token = vector.GetProperty("token").GetString()!;
        var expect = vector.GetProperty("expect").GetString();
        using var auth = new TestAuth();
        auth.Identity.Plc.Answer = auth.Identity.Web.Answer = did =>
            ValueTask.FromResult(DocumentOf(did, auth.Lookups));

        if (Refused.TryGetValue(name, out var error))
        {
            Assert.NotEqual("accept", expect);
            await Refusals.ShouldBeRefusedAsync(() => auth.AuthenticateAsync(token), error);
            Assert.True(error == ErrorName.BadJwtSignature || auth.Lookups == 0);
            // A refusal is not cached as a success.
            await Refusals.ShouldBeRefusedAsync(() => auth.AuthenticateAsync(token), error);
        }
        else
        {
            Assert.NotEqual("reject", expect);
            var issuer = await auth.AuthenticateAsync(token);
            Assert.Equal(vector.GetProperty("reference").TryGetProperty("iss", out var iss)
                ? iss.GetString()
                : issuer.Value, issuer.Value);
            Assert.Equal(issuer, await auth.AuthenticateAsync(token));
        }
    }

    [Fact]
    public void Covers_all_vectors_of_the_file()
    {
        Assert.Equal(59, All.Length);
        Assert.All(Refused.Keys, name => Assert.Contains(name, All));
    }

    /// <summary>The document with the file's keys. Some accounts have another key on the second request.</summary>
    private static byte[]? DocumentOf(Did did, int lookup)
    {
        if (!File.GetProperty("keys").TryGetProperty(did.Value, out var key))
            return null;
        if (key.TryGetProperty("cached", out var cached))
            key = lookup == 1 ? cached : key.GetProperty("afterForcedRefresh");
        return Encoding.UTF8.GetBytes(Documents.WithKey(did, key.GetProperty("publicKeyMultibase").GetString()!));
    }
}
