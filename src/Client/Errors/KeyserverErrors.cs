namespace AtpKeyserver.Client;

/// <summary>
/// The error names of the protocol, for <see cref="KeyserverException.ErrorName"/>, and the client's own names.
/// </summary>
public static class KeyserverErrors
{
    /// <summary>403: no access, or the group does not exist.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>403: the account was deleted less than two hours ago.</summary>
    public const string AccountDeleted = "AccountDeleted";

    /// <summary>404, for the owner only: the group does not exist or was deleted.</summary>
    public const string GroupNotFound = "GroupNotFound";

    /// <summary>404: the version or the keypair does not exist.</summary>
    public const string KeyVersionNotFound = "KeyVersionNotFound";

    /// <summary>404: not a member.</summary>
    public const string MemberNotFound = "MemberNotFound";

    /// <summary>404: not a delegate.</summary>
    public const string DelegateNotFound = "DelegateNotFound";

    /// <summary>409: the account is already a member or the owner.</summary>
    public const string MemberAlreadyExists = "MemberAlreadyExists";

    /// <summary>
    /// 409: the account cannot be added now. It is being deleted, was deleted less than two hours ago, or left this
    /// group less than 30 days ago; the server does not disclose which.
    /// </summary>
    public const string MemberUnavailable = "MemberUnavailable";

    /// <summary>409: the active version is not the expected one.</summary>
    public const string VersionConflict = "VersionConflict";

    /// <summary>400, 405: a parameter or the body is missing or malformed.</summary>
    public const string InvalidRequest = "InvalidRequest";

    /// <summary>429: a rate limit is exceeded.</summary>
    public const string RateLimitExceeded = "RateLimitExceeded";

    /// <summary>503: storage, vault or DID resolver is unavailable.</summary>
    public const string UpstreamFailure = "UpstreamFailure";

    /// <summary>503: changes are temporarily disabled.</summary>
    public const string ServiceReadOnly = "ServiceReadOnly";

    /// <summary>503: all calls are temporarily disabled.</summary>
    public const string ServiceOffline = "ServiceOffline";

    /// <summary>401: the token has expired, or the clocks differ.</summary>
    public const string JwtExpired = "JwtExpired";

    /// <summary>401: the token was not signed with the account's current key.</summary>
    public const string BadJwtSignature = "BadJwtSignature";

    /// <summary>401: the token was used before, and the server accepts each token once.</summary>
    public const string NonceNotUnique = "NonceNotUnique";

    /// <summary>No response: the connection failed or the call timed out.</summary>
    public const string Unreachable = "Unreachable";

    /// <summary>The response does not follow the protocol.</summary>
    public const string UnexpectedAnswer = "UnexpectedAnswer";

    /// <summary>The DID document is unavailable or names no usable keyserver.</summary>
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

    /// <summary>The error of one key of <c>group.getKeys</c>, which has a name only.</summary>
    internal static KeyserverException OfKey(string name)
    {
        var (status, message) = name switch
        {
            Forbidden => (403, "The group does not exist, or you have no access to it."),
            AccountDeleted => (403, "The account was deleted less than two hours ago."),
            GroupNotFound => (404, "The group does not exist."),
            KeyVersionNotFound => (404, "The group has no such key version."),
            RateLimitExceeded => (429, "A rate limit is exceeded."),
            UpstreamFailure => (503, "The keyserver cannot read the key now."),
            _ => (500, "The keyserver could not return the key."),
        };
        return Create(status, name, message, wait: null, unknown: false);
    }

    internal static UpstreamException Unexpected(
        string what, int? status = null, bool change = false, Exception? inner = null) =>
        new(UnexpectedAnswer, what, inner) { Status = status, OutcomeUnknown = change };
}
