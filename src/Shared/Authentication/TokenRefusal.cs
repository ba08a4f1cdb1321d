using AtpKeyserver.Errors;

namespace AtpKeyserver.Authentication;

/// <summary>All reasons to reject a token, with their error names (protocol, Service auth). All are 401.</summary>
internal static class TokenRefusal
{
    public static KeyserverException Missing() =>
        new(ErrorName.AuthenticationRequired, "A service token is required: Authorization: Bearer {token}");

    public static KeyserverException Form(string rule) => new(ErrorName.BadJwt, rule);

    public static KeyserverException Type() =>
        new(ErrorName.BadJwtType, "typ must be JWT or absent in a service token");

    public static KeyserverException Issuer(string rule) => new(ErrorName.BadJwtIss, rule);

    public static KeyserverException Expired() => new(ErrorName.JwtExpired, "The token has expired");

    public static KeyserverException Used() =>
        new(ErrorName.NonceNotUnique, "The token was already used; request a new one");

    public static KeyserverException Audience() =>
        new(ErrorName.BadJwtAudience, "aud must be this server's DID, with or without #atp_keyserver");

    public static KeyserverException Method() =>
        new(ErrorName.BadJwtLexiconMethod, "lxm must be the NSID of the called method");

    public static KeyserverException Signature() =>
        new(ErrorName.BadJwtSignature, "The signature does not match the issuer's #atproto key");
}
