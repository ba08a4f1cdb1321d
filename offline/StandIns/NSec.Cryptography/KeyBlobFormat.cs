namespace NSec.Cryptography;

/// <summary>How a key is laid out in bytes. Formats of secret keys are negative.</summary>
public enum KeyBlobFormat
{
    /// <summary>Nothing but the bytes of a symmetric key.</summary>
    RawSymmetricKey = -1,

    /// <summary>Nothing but the bytes of a private key; for Ed25519 the 32-byte seed (RFC 8032, section 5.1.5).</summary>
    RawPrivateKey = -2,

    /// <summary>Nothing but the bytes of a public key.</summary>
    RawPublicKey = 1,
}
