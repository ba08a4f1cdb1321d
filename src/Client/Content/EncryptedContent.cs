namespace AtpKeyserver.Client;

/// <summary>
/// Encrypted content, which may be published. To decrypt it, the group and the AT-URI are also needed.
/// </summary>
/// <param name="Ciphertext">Lower-case hex: nonce (24 bytes), ciphertext, tag (16 bytes).</param>
/// <param name="KeyVersion">The version of the group's key.</param>
public sealed record EncryptedContent(string Ciphertext, int KeyVersion);
