namespace AtpKeyserver.Client;

/// <summary>
/// 409: the state is not the expected one. <c>VersionConflict</c>: another version is active.
/// <c>MemberAlreadyExists</c>. <c>MemberUnavailable</c>: the account cannot be added now. The call changed nothing,
/// unless <see cref="KeyserverException.OutcomeUnknown"/> is true: then an earlier attempt of the same call may have
/// rotated.
/// </summary>
/// <inheritdoc/>
public sealed class ConflictException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
