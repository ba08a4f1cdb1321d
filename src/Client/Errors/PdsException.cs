namespace AtpKeyserver.Client;

/// <summary>The account's PDS refused: to log in, to vouch for the account, or to pass a call on.</summary>
/// <inheritdoc/>
public sealed class PdsException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
