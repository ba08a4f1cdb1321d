namespace AtpKeyserver.Client;

/// <summary>
/// 5xx or no response: the keyserver or one of its dependencies is unavailable. A change may have been applied: see
/// <see cref="KeyserverException.OutcomeUnknown"/>.
/// </summary>
/// <inheritdoc/>
public sealed class UpstreamException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
