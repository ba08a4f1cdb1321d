namespace AtpKeyserver.Client;

/// <summary>
/// 401: the keyserver rejected the service token. <see cref="KeyserverException.ErrorName"/> says which check failed.
/// Logging in again may help.
/// </summary>
/// <inheritdoc/>
public sealed class RefusedTokenException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
