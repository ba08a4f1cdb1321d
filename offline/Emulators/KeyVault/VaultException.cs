namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>An error response, with the service's codes.</summary>
internal sealed class VaultException(int status, string code, string message, string? innerCode = null)
    : Exception(message)
{
    public int Status => status;

    public string Code => code;

    /// <summary>The reason behind <see cref="Code"/>, such as <c>KeyDisabled</c> behind <c>Forbidden</c>.</summary>
    public string? InnerCode => innerCode;

    public static VaultException BadParameter(string message) => new(400, "BadParameter", message);

    public static VaultException NotFound(string what) =>
        new(404, "KeyNotFound", $"A key with (name/id) {what} was not found in this key vault.");

    public static VaultException Forbidden(string message, string innerCode) =>
        new(403, "Forbidden", message, innerCode);

    public static VaultException Conflict(string name) => new(
        409,
        "Conflict",
        $"Key {name} is currently in a deleted but recoverable state, and its name cannot be reused.",
        "ObjectIsDeletedButRecoverable");
}
