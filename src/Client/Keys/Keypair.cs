namespace AtpKeyserver.Client;

/// <summary>
/// A version of the account's Ed25519 keypair, for applications that use their own cryptography. Dispose it as soon as
/// possible. <see cref="KeyserverSignatures"/> does not need it.
/// </summary>
public sealed class Keypair : SecretBytes
{
    internal Keypair(string publicKey, byte[] seed, int version) : base(seed, version) => PublicKey = publicKey;

    /// <summary>32 bytes, in lower-case hex.</summary>
    public string PublicKey { get; }

    /// <summary>The private key: a 32-byte seed (RFC 8032, section 5.1.5).</summary>
    /// <exception cref="ObjectDisposedException">The keypair was disposed.</exception>
    public ReadOnlySpan<byte> Seed => Secret;
}
