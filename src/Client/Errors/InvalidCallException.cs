namespace AtpKeyserver.Client;

/// <summary>400, 405, 413, 415 or 501: the server rejects this call. Do not retry; the message says why.</summary>
/// <inheritdoc/>
public sealed class InvalidCallException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
