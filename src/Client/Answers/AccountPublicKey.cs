namespace AtpKeyserver.Client;

/// <summary>The public half of a version of an account's keypair: Ed25519.</summary>
/// <param name="PublicKey">32 bytes, in lower-case hex.</param>
/// <param name="Version">From 1 upwards.</param>
public sealed record AccountPublicKey(string PublicKey, int Version);
