namespace AtpKeyserver.Client;

/// <summary>
/// A version of the account's keypair, Ed25519, for applications with cryptography of their own;
/// <see cref="KeyserverSignatures"/> needs none of it. Dispose of it soon.
/// </summary>
public sealed class Keypair : SecretBytes
{
    internal Keypair(string publicKey, byte[] seed, int version) : base(seed, version) => PublicKey = publicKey;

    /// <summary>32 bytes, in lower-case hex.</summary>
    public string PublicKey { get; }

    /// <summary>The private key: the seed of 32 bytes (RFC 8032, section 5.1.5).</summary>
    /// <exception cref="ObjectDisposedException">It was zeroed.</exception>
    public ReadOnlySpan<byte> Seed => Secret;
}
