namespace AtpKeyserver.Client;

/// <summary>
/// 403 <c>Forbidden</c>: the account may not access the group or perform this action, or the group does not exist. The
/// server does not disclose which.
/// </summary>
/// <inheritdoc/>
public sealed class LostAccessException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
