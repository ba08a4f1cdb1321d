namespace AtpKeyserver.Client;

/// <summary>
/// 401: the service token was refused. <see cref="KeyserverException.ErrorName"/> says which check failed; a new log-in
/// may help.
/// </summary>
/// <inheritdoc/>
public sealed class RefusedTokenException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
