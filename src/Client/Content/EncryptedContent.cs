namespace AtpKeyserver.Client;

/// <summary>What may be published. Both are needed to decrypt, with group and AT-URI.</summary>
/// <param name="Ciphertext">Lower-case hex: nonce (24 bytes), ciphertext, tag (16 bytes).</param>
/// <param name="KeyVersion">Of the group's key.</param>
public sealed record EncryptedContent(string Ciphertext, int KeyVersion);
