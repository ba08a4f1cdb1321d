namespace AtpKeyserver.Client;

/// <summary>
/// 403 <c>Forbidden</c>: the account has no access to the group, or not to this action, or there is no such group:
/// strangers learn nothing.
/// </summary>
/// <inheritdoc/>
public sealed class LostAccessException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
