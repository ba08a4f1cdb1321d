using AtpKeyserver.Errors;

namespace AtpKeyserver.Authentication;

/// <summary>Every reason for which a token is refused, with the protocol's name for it (protocol, Service auth). All are 401.</summary>
internal static class TokenRefusal
{
    public static KeyserverException Missing() =>
        new(ErrorName.AuthenticationRequired, "A service token is required: Authorization: Bearer {token}");

    public static KeyserverException Form(string rule) => new(ErrorName.BadJwt, rule);

    public static KeyserverException Type() => new(ErrorName.BadJwtType, "typ is JWT or absent in a service token");

    public static KeyserverException Issuer(string rule) => new(ErrorName.BadJwtIss, rule);

    public static KeyserverException Expired() => new(ErrorName.JwtExpired, "The token has expired");

    public static KeyserverException Used() => new(ErrorName.NonceNotUnique, "The token was used before; ask for a new one");

    public static KeyserverException Audience() => new(ErrorName.BadJwtAudience, "aud is another service");

    public static KeyserverException Method() => new(ErrorName.BadJwtLexiconMethod, "lxm is required and names the method that is called");

    public static KeyserverException Signature() =>
        new(ErrorName.BadJwtSignature, "The signature is not by the #atproto key of the issuer");
}
