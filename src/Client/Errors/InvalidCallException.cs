namespace AtpKeyserver.Client;

/// <summary>
/// 400, 405, 413, 415 or 501: the server does not take this call, now or later. The message says why.
/// </summary>
/// <inheritdoc/>
public sealed class InvalidCallException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
