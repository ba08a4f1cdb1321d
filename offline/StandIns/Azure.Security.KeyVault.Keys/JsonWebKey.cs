using System.Security.Cryptography;

namespace Azure.Security.KeyVault.Keys;

/// <summary>A public key (RFC 7517). Numbers are big-endian.</summary>
public class JsonWebKey
{
    /// <param name="keyOps">The permitted operations; null: none.</param>
    public JsonWebKey(IEnumerable<KeyOperation> keyOps) => KeyOps = keyOps is null ? [] : [.. keyOps];

    /// <summary>The full id of the key version.</summary>
    public string Id { get; set; }

    public KeyType KeyType { get; set; }

    public IReadOnlyCollection<KeyOperation> KeyOps { get; }

#pragma warning disable CA1819 // As in the official package
    /// <summary>The modulus of an RSA key.</summary>
    public byte[] N { get; set; }

    /// <summary>The public exponent of an RSA key.</summary>
    public byte[] E { get; set; }
#pragma warning restore CA1819

    /// <exception cref="InvalidOperationException">
    /// The key is not an RSA key, or the private key is requested, which a vault never exports.
    /// </exception>
    public RSA ToRSA(bool includePrivateParameters = false)
    {
        if (KeyType != KeyType.Rsa && KeyType != KeyType.RsaHsm)
            throw new InvalidOperationException($"A key of type {KeyType} is not an RSA key.");
        if (includePrivateParameters || N is null || E is null)
            throw new InvalidOperationException("The key does not have the requested parameters.");
        return RSA.Create(new RSAParameters { Modulus = N, Exponent = E });
    }
}
