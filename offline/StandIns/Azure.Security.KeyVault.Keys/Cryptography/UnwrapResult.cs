namespace Azure.Security.KeyVault.Keys.Cryptography;

/// <summary>A key in the clear.</summary>
public class UnwrapResult
{
    internal UnwrapResult(string keyId, byte[] key, KeyWrapAlgorithm algorithm)
    {
        KeyId = keyId;
        Key = key;
        Algorithm = algorithm;
    }

    /// <summary>The full id of the key version that was used.</summary>
    public string KeyId { get; }

    /// <summary>The secret. It is the caller's to zero.</summary>
    public byte[] Key { get; }

    public KeyWrapAlgorithm Algorithm { get; }
}
