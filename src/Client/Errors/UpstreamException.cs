namespace AtpKeyserver.Client;

/// <summary>
/// 5xx or no answer: the keyserver or something it needs cannot answer now. A change may have been made: see
/// <see cref="KeyserverException.OutcomeUnknown"/>.
/// </summary>
/// <inheritdoc/>
public sealed class UpstreamException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
