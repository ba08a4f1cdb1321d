namespace AtpKeyserver.Client;

/// <summary>
/// 429: a rate limit is exceeded, even after the retries. Retry after <see cref="KeyserverException.RetryAfter"/>.
/// </summary>
/// <inheritdoc/>
public sealed class LimitedException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
