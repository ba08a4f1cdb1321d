namespace AtpKeyserver.Client;

/// <summary>The Ed25519 public key of one version of an account's keypair.</summary>
/// <param name="PublicKey">32 bytes, in lower-case hex.</param>
/// <param name="Version">From 1 upwards.</param>
public sealed record AccountPublicKey(string PublicKey, int Version);
