namespace AtpKeyserver.Client;

/// <summary>
/// The error names of the protocol, for <see cref="KeyserverException.ErrorName"/>; and a few for where no answer came.
/// </summary>
public static class KeyserverErrors
{
    /// <summary>403: no access, or no such group.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>403: the account was deleted less than two hours ago.</summary>
    public const string AccountDeleted = "AccountDeleted";

    /// <summary>404, for the owner only: no such group, or not any more.</summary>
    public const string GroupNotFound = "GroupNotFound";

    /// <summary>404: no such version, or no keypair.</summary>
    public const string KeyVersionNotFound = "KeyVersionNotFound";

    /// <summary>404: not a member.</summary>
    public const string MemberNotFound = "MemberNotFound";

    /// <summary>404: not a delegate.</summary>
    public const string DelegateNotFound = "DelegateNotFound";

    /// <summary>409: a member, or the owner, already.</summary>
    public const string MemberAlreadyExists = "MemberAlreadyExists";

    /// <summary>
    /// 409: the account cannot be added now. It is being deleted, was deleted less than two hours ago, or left this
    /// group by itself less than 30 days ago; the server does not tell which.
    /// </summary>
    public const string MemberUnavailable = "MemberUnavailable";

    /// <summary>409: the active version is not the expected one.</summary>
    public const string VersionConflict = "VersionConflict";

    /// <summary>400, 405: a parameter or the body is missing or malformed.</summary>
    public const string InvalidRequest = "InvalidRequest";

    /// <summary>429.</summary>
    public const string RateLimitExceeded = "RateLimitExceeded";

    /// <summary>503: store, vault or resolver cannot answer now.</summary>
    public const string UpstreamFailure = "UpstreamFailure";

    /// <summary>503: changes are switched off for now.</summary>
    public const string ServiceReadOnly = "ServiceReadOnly";

    /// <summary>503: everything is switched off for now.</summary>
    public const string ServiceOffline = "ServiceOffline";

    /// <summary>401: the token has ended; clocks may differ.</summary>
    public const string JwtExpired = "JwtExpired";

    /// <summary>401: the token was not signed by the account's key of now.</summary>
    public const string BadJwtSignature = "BadJwtSignature";

    /// <summary>401: the server takes each token once only, and this one was used before.</summary>
    public const string NonceNotUnique = "NonceNotUnique";

    /// <summary>No answer came: no connection, or it broke, or it took too long.</summary>
    public const string Unreachable = "Unreachable";

    /// <summary>An answer came that the protocol does not know.</summary>
    public const string UnexpectedAnswer = "UnexpectedAnswer";

    /// <summary>The DID document cannot be had, or names no keyserver that may be called.</summary>
    public const string NoService = "NoService";

    internal static KeyserverException Create(int status, string name, string message, TimeSpan? wait, bool unknown) =>
        status switch
    {
        401 => new RefusedTokenException(name, message) { Status = status, OutcomeUnknown = unknown },
        403 when name != AccountDeleted =>
            new LostAccessException(name, message) { Status = status, OutcomeUnknown = unknown },
        403 or 404 or 410 => new GoneException(name, message) { Status = status, OutcomeUnknown = unknown },
        409 => new ConflictException(name, message) { Status = status, OutcomeUnknown = unknown },
        429 => new LimitedException(name, message) { Status = status, RetryAfter = wait, OutcomeUnknown = unknown },
        501 or < 500 => new InvalidCallException(name, message) { Status = status, OutcomeUnknown = unknown },
        _ => new UpstreamException(name, message) { Status = status, RetryAfter = wait, OutcomeUnknown = unknown },
    };

    internal static UpstreamException Unexpected(
        string what, int? status = null, bool change = false, Exception? inner = null) =>
        new(UnexpectedAnswer, what, inner) { Status = status, OutcomeUnknown = change };
}
