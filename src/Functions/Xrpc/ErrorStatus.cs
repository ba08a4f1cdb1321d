using AtpKeyserver.Errors;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>Maps an error to its status and its name on the wire.</summary>
public static class ErrorStatus
{
    public static int Of(ErrorName error) => error switch
    {
        ErrorName.InvalidRequest => 400,
        ErrorName.AuthenticationRequired or ErrorName.BadJwt or ErrorName.BadJwtType or ErrorName.BadJwtIss
            or ErrorName.BadJwtAudience or ErrorName.BadJwtLexiconMethod or ErrorName.BadJwtSignature
            or ErrorName.JwtExpired or ErrorName.DidNotFound or ErrorName.NonceNotUnique => 401,
        ErrorName.Forbidden or ErrorName.AccountDeleted => 403,
        ErrorName.GroupNotFound or ErrorName.KeyVersionNotFound or ErrorName.MemberNotFound
            or ErrorName.DelegateNotFound or ErrorName.RouteNotFound => 404,
        ErrorName.MethodNotAllowed => 405,
        ErrorName.MemberAlreadyExists or ErrorName.MemberUnavailable or ErrorName.VersionConflict => 409,
        ErrorName.PayloadTooLarge => 413,
        ErrorName.UnsupportedMediaType => 415,
        ErrorName.RateLimitExceeded => 429,
        ErrorName.MethodNotImplemented => 501,
        ErrorName.UpstreamFailure or ErrorName.ServiceReadOnly or ErrorName.ServiceOffline => 503,
        _ => 500,
    };

    public static string NameOf(ErrorName error) =>
        error is ErrorName.MethodNotAllowed or ErrorName.RouteNotFound
            ? nameof(ErrorName.InvalidRequest)
            : error.ToString();
}
