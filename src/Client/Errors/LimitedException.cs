namespace AtpKeyserver.Client;

/// <summary>
/// 429: a budget is used up, also after the retries. <see cref="KeyserverException.RetryAfter"/> says when to come
/// back.
/// </summary>
/// <inheritdoc/>
public sealed class LimitedException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
