using System.Security.Cryptography;
using Azure.Security.KeyVault.Keys.Cryptography;

namespace Azure.Security.KeyVault.Keys.Wire;

/// <summary>A public key that wraps locally if it is an RSA key that permits <c>wrapKey</c>.</summary>
internal sealed class PublicHalf(KeyVaultKey key)
{
    /// <summary>For callers that may not read the key.</summary>
    public static PublicHalf Unreadable { get; } = new(null);

    /// <summary>The key version.</summary>
    public string KeyId => key.Key.Id;

    /// <summary>Null if the vault must wrap.</summary>
    /// <exception cref="InvalidOperationException">The key is not yet valid or has expired.</exception>
    public byte[] TryWrap(KeyWrapAlgorithm algorithm, byte[] secret)
    {
        if (key is null || !key.KeyOperations.Contains(KeyOperation.WrapKey) || PaddingOf(algorithm) is not { } padding)
            return null;
        if (key.KeyType != KeyType.Rsa && key.KeyType != KeyType.RsaHsm)
            return null;
        var now = TimeProvider.System.GetUtcNow();
        if (now < key.Properties.NotBefore || now > key.Properties.ExpiresOn)
            throw new InvalidOperationException($"The key {KeyId} is not valid at this time.");
        using var rsa = key.Key.ToRSA();
        return rsa.Encrypt(secret, padding);
    }

    private static RSAEncryptionPadding PaddingOf(KeyWrapAlgorithm algorithm) =>
        algorithm == KeyWrapAlgorithm.RsaOaep256 ? RSAEncryptionPadding.OaepSHA256
        : algorithm == KeyWrapAlgorithm.RsaOaep ? RSAEncryptionPadding.OaepSHA1
        : null;
}
