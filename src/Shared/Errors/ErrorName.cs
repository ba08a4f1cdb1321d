namespace AtpKeyserver.Errors;

/// <summary>Every error name a client can meet. The status of each is decided in one switch, <c>Xrpc/ErrorStatus.cs</c>.</summary>
public enum ErrorName
{
    InvalidRequest,
    MethodNotAllowed,
    AuthenticationRequired,
    BadJwt,
    BadJwtType,
    BadJwtIss,
    BadJwtAudience,
    BadJwtLexiconMethod,
    BadJwtSignature,
    JwtExpired,
    DidNotFound,
    NonceNotUnique,
    Forbidden,
    AccountDeleted,
    GroupNotFound,
    KeyVersionNotFound,
    MemberNotFound,
    DelegateNotFound,
    MemberAlreadyExists,
    VersionConflict,
    PayloadTooLarge,
    UnsupportedMediaType,
    RateLimitExceeded,
    InternalServerError,
    MethodNotImplemented,
    UpstreamFailure,
    ServiceReadOnly,
    ServiceOffline,
}
