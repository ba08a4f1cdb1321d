namespace AtpKeyserver.Client;

/// <summary>
/// 404 or 403 <c>AccountDeleted</c>: the account, group, key version, member or delegate is not there, or not any more.
/// </summary>
/// <inheritdoc/>
public sealed class GoneException(string errorName, string message, Exception? inner = null)
    : KeyserverException(errorName, message, inner);
