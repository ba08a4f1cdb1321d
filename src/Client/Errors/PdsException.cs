namespace AtpKeyserver.Client;

/// <summary>The account's PDS refused a log-in, a service token or a proxied call.</summary>
/// <inheritdoc/>
public sealed class PdsException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
