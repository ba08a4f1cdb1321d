using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Validates the claims in the protocol's order: <c>exp</c>, <c>iat</c> and <c>nbf</c>, <c>aud</c>, <c>lxm</c>,
/// <c>iss</c>. A claim with the wrong JSON type, including <c>null</c>, is invalid.
/// <code>{"iss": "did:plc:…", "aud": "did:web:…", "exp": 1800000055,
///   "lxm": "dev.atpkeyserver.alpha.group.key", "iat": …}</code>
/// <see href="https://atproto.com/specs/xrpc#inter-service-authentication-jwt"/>
/// </summary>
internal static class TokenClaims
{
    /// <summary>Maximum clock skew of the issuer: 60 s.</summary>
    public const int ClockSkew = 60;

    /// <summary>Maximum distance of <c>exp</c>: 1 h, the longest that a PDS issues, plus the clock skew.</summary>
    public const int MaxLifetime = 3600 + ClockSkew;

    /// <exception cref="Errors.KeyserverException">JwtExpired, BadJwt: <c>exp</c>, <c>iat</c>, <c>nbf</c>.</exception>
    public static DateTimeOffset CheckTimes(JsonElement claims, DateTimeOffset now)
    {
        var seconds = (now - DateTimeOffset.UnixEpoch) / TimeSpan.FromSeconds(1);
        var expires = Number(claims, "exp"u8);
        if (expires is null || expires > seconds + MaxLifetime)
            throw TokenRefusal.Form("exp must be a number of seconds, at most one hour ahead");
        if (expires <= seconds)
            throw TokenRefusal.Expired();
        if (IsAhead(claims, "iat"u8, seconds) || IsAhead(claims, "nbf"u8, seconds))
            throw TokenRefusal.Form("iat and nbf must be numbers of seconds, not in the future");
        return DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(expires.Value);
    }

    /// <exception cref="Errors.KeyserverException">BadJwtAudience, BadJwtLexiconMethod.</exception>
    public static void CheckPurpose(JsonElement claims, string ownDid, string ownService, string nsid)
    {
        var audience = StrictJson.Text(claims, "aud"u8);
        if (audience != ownDid && audience != ownService)
            throw TokenRefusal.Audience();
        if (StrictJson.Text(claims, "lxm"u8) != nsid)
            throw TokenRefusal.Method();
    }

    /// <exception cref="Errors.KeyserverException">BadJwtIss.</exception>
    public static Did CheckIssuer(string? issuer, bool allowLocalhost) =>
        Did.TryParse(issuer, allowLocalhost, out var did)
            ? did
            : throw TokenRefusal.Issuer("iss must be a bare did:plc or did:web");

    /// <summary>SHA-256 of issuer and <c>jti</c> in hex, 64 characters; null without a string <c>jti</c>.</summary>
    public static string? IdOf(JsonElement claims, Did issuer) =>
        StrictJson.Text(claims, "jti"u8) is { Length: > 0 } jti
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer.Value} {jti}")))
            : null;

    private static bool IsAhead(JsonElement claims, ReadOnlySpan<byte> name, double seconds) =>
        claims.TryGetProperty(name, out _) && !(Number(claims, name) <= seconds + ClockSkew);

    /// <summary>The number; null if it is absent, has another type or is not finite as a double.</summary>
    private static double? Number(JsonElement claims, ReadOnlySpan<byte> name) =>
        claims.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var number)
        && double.IsFinite(number)
            ? number
            : null;
}
