namespace AtpKeyserver.Client;

/// <summary>
/// 404 or 403 <c>AccountDeleted</c>: the account, group, key version, member or delegate does not exist or was deleted.
/// </summary>
/// <inheritdoc/>
public sealed class GoneException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
