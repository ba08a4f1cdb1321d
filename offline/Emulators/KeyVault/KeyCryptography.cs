using System.Buffers.Text;
using System.Security.Cryptography;
using AtpKeyserver.Emulators.KeyVault.Wire;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>
/// Wrap, unwrap, encrypt and decrypt. A disabled version does none of these. A version outside its validity
/// (<c>nbf</c>, <c>exp</c>) still unwraps and decrypts.
/// <see href="https://learn.microsoft.com/azure/key-vault/keys/about-keys-details"/>
/// </summary>
internal static class KeyCryptography
{
    /// <summary>The operation's name in key_ops; null if unknown.</summary>
    public static string? Operation(string segment) => segment.ToUpperInvariant() switch
    {
        "WRAPKEY" => "wrapKey",
        "UNWRAPKEY" => "unwrapKey",
        "ENCRYPT" => "encrypt",
        "DECRYPT" => "decrypt",
        _ => null,
    };

    public static byte[] Run(string operation, KeyVersion version, CryptographyRequest request, long now)
    {
        var opens = operation is "unwrapKey" or "decrypt";
        if (version.Attributes.Enabled == false)
            throw VaultException.Forbidden($"Operation {operation} is not allowed on a disabled key.", "KeyDisabled");
        if (!opens && (version.Attributes.NotBefore > now || version.Attributes.Expires <= now))
            throw VaultException.Forbidden(
                $"Operation {operation} is not allowed on a key that is not yet valid or expired.",
                "KeyNotYetValidOrExpired");
        if (!version.Operations.Contains(operation))
            throw VaultException.Forbidden(
                $"Operation {operation} is not permitted on this key.", "KeyOperationForbidden");

        var padding = request.Alg switch
        {
            "RSA-OAEP-256" => RSAEncryptionPadding.OaepSHA256,
            "RSA-OAEP" => RSAEncryptionPadding.OaepSHA1,
            null => throw VaultException.BadParameter("Property alg is required."),
            _ => throw VaultException.BadParameter(
                $"Property alg has the unsupported value {request.Alg}."),
        };
        var value = Decode(request.Value);
        try
        {
            lock (version.Key)
                return opens ? version.Key.Decrypt(value, padding) : version.Key.Encrypt(value, padding);
        }
        catch (CryptographicException)
        {
            throw VaultException.BadParameter($"The parameter value is not valid for {operation} with this key.");
        }
    }

    private static byte[] Decode(string? value)
    {
        if (string.IsNullOrEmpty(value))
            throw VaultException.BadParameter("Property value is required.");
        try
        {
            return Base64Url.DecodeFromChars(value);
        }
        catch (FormatException)
        {
            throw VaultException.BadParameter("Property value is not base64url.");
        }
    }
}
