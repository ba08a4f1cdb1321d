namespace Azure.Security.KeyVault.Keys.Cryptography;

/// <summary>An unwrapped key.</summary>
public class UnwrapResult
{
    internal UnwrapResult(string keyId, byte[] key, KeyWrapAlgorithm algorithm)
    {
        KeyId = keyId;
        Key = key;
        Algorithm = algorithm;
    }

    /// <summary>The full id of the wrapping key version.</summary>
    public string KeyId { get; }

    /// <summary>The secret. The caller must zero it.</summary>
    public byte[] Key { get; }

    public KeyWrapAlgorithm Algorithm { get; }
}
