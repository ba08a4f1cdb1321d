namespace AtpKeyserver.Client;

/// <summary>A signature, to be published with the data. Both are needed to verify, with the account's DID.</summary>
/// <param name="Signature">Ed25519, 64 bytes, in lower-case hex.</param>
/// <param name="KeyVersion">Of the account's keypair.</param>
public sealed record ContentSignature(string Signature, int KeyVersion);
