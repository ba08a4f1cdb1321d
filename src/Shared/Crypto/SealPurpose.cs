namespace AtpKeyserver.Crypto;

/// <summary>
/// The content type of a sealed form. The stored byte is authenticated, so values must never be reassigned.
/// </summary>
public enum SealPurpose : byte
{
    /// <summary>An account's 32-byte key, sealed under a shard key.</summary>
    AccountKey = 1,

    /// <summary>A group's 32-byte XChaCha20-Poly1305 key, sealed under the owner's account key.</summary>
    GroupKey = 2,

    /// <summary>An Ed25519 seed of 32 bytes, sealed under its account's key.</summary>
    PrivateKey = 3,

    /// <summary>The details of an access-log row, sealed under the subject owner's account key.</summary>
    LogDetails = 4,
}
