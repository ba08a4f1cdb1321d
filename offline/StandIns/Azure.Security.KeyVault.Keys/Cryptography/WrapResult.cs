namespace Azure.Security.KeyVault.Keys.Cryptography;

/// <summary>A wrapped key. Store <see cref="KeyId"/> with it: only that version unwraps it.</summary>
public class WrapResult
{
    internal WrapResult(string keyId, byte[] key, KeyWrapAlgorithm algorithm)
    {
        KeyId = keyId;
        EncryptedKey = key;
        Algorithm = algorithm;
    }

    /// <summary>The full id of the wrapping key version.</summary>
    public string KeyId { get; }

    /// <summary>As long as the modulus: 256 bytes with RSA-2048.</summary>
    public byte[] EncryptedKey { get; }

    public KeyWrapAlgorithm Algorithm { get; }
}
