namespace AtpKeyserver.Versions;

/// <summary>One version of a group key or keypair as stored: written once, never changed.</summary>
/// <param name="Version">Counts up from 1 and is never reused for the same id.</param>
/// <param name="Created">UTC, to the millisecond.</param>
/// <param name="SealedKey">The secret, sealed under the owner's account key.</param>
/// <param name="PublicKey">The Ed25519 public key of a keypair; null for a group key.</param>
public sealed record KeyVersion(int Version, DateTimeOffset Created, byte[] SealedKey, byte[]? PublicKey = null);
