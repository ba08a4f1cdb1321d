using System.Text.Json;
using AtpKeyserver.Errors;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Validates the JOSE header (RFC 7515 section 4): <c>crit</c>, <c>typ</c>, <c>alg</c>, <c>kid</c>. Key material in the
/// header (<c>jwk</c>, <c>jku</c>, <c>x5c</c>) is ignored.
/// <code>{"typ": "JWT", "alg": "ES256K"}</code>
/// </summary>
internal static class JoseHeader
{
    private const string KeyId = "#atproto";

    /// <exception cref="Errors.KeyserverException">BadJwt, BadJwtType, BadJwtIss, in the order of the
    /// rules.</exception>
    public static EcCurve Check(JsonElement header, string? issuer)
    {
        if (header.TryGetProperty("crit"u8, out _))
            throw TokenRefusal.Form("Critical header extensions are not supported");
        if (header.TryGetProperty("typ"u8, out _) && !IsJwt(StrictJson.Text(header, "typ"u8)))
            throw TokenRefusal.Type();
        var curve = StrictJson.Text(header, "alg"u8) switch
        {
            "ES256K" => EcCurve.Secp256k1,
            "ES256" => EcCurve.P256,
            _ => throw TokenRefusal.Form("alg must be ES256K or ES256"),
        };
        if (header.TryGetProperty("kid"u8, out _) && !IsKeyId(StrictJson.Text(header, "kid"u8), issuer))
            throw TokenRefusal.Issuer("kid must be #atproto, optionally prefixed with the issuer's DID");
        return curve;
    }

    private static bool IsJwt(string? typ) => string.Equals(typ, "JWT", StringComparison.OrdinalIgnoreCase);

    private static bool IsKeyId(string? kid, string? issuer) =>
        kid == KeyId || (issuer is not null && kid == issuer + KeyId);
}
