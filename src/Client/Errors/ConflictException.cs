namespace AtpKeyserver.Client;

/// <summary>
/// 409: the state is not the one expected. <c>VersionConflict</c>: somebody else has rotated;
/// <c>MemberAlreadyExists</c>; <c>MemberUnavailable</c>: the account cannot be added now. Nothing was changed by this
/// call, unless <see cref="KeyserverException.OutcomeUnknown"/>: then an earlier try of it may be what rotated.
/// </summary>
/// <inheritdoc/>
public sealed class ConflictException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
