using NSec.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>Signs notes with Ed25519 (type 0x01): the key of a log.</summary>
public sealed class NoteSigner : IDisposable
{
    /// <summary>Of the secret key, in bytes (RFC 8032).</summary>
    public const int SeedSize = 32;

    private readonly Key _key;

    /// <summary>A signer.</summary>
    /// <param name="name">The name of the key; of a log, its origin.</param>
    /// <param name="seed">The secret key, 32 bytes. It is copied into protected memory.</param>
    /// <exception cref="ArgumentException">The name or the length of the seed is not valid.</exception>
    public NoteSigner(string name, ReadOnlySpan<byte> seed) =>
        (_key, VerifierKey) = SigningKey.Import(name, SignatureType.Ed25519, seed);

    /// <summary>The public key.</summary>
    public VerifierKey VerifierKey { get; }

    /// <summary>Signs the text of a note.</summary>
    /// <param name="text">In UTF-8, with the final newline.</param>
    public NoteSignature Sign(ReadOnlySpan<byte> text) =>
        new(VerifierKey.Name, VerifierKey.KeyId, SignatureAlgorithm.Ed25519.Sign(_key, text));

    /// <summary>Zeroes the secret key.</summary>
    public void Dispose() => _key.Dispose();
}
