namespace AtpKeyserver.Client;

/// <summary>A signature. Publish it with the data and the account's DID, which are needed to verify it.</summary>
/// <param name="Signature">Ed25519, 64 bytes, in lower-case hex.</param>
/// <param name="KeyVersion">The version of the account's keypair.</param>
public sealed record ContentSignature(string Signature, int KeyVersion);
