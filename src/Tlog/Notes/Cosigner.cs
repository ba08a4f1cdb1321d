using System.Buffers.Binary;
using NSec.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>
/// Cosigns checkpoints with a time (type 0x04): the key of a witness, or the second key of a log.
/// <see href="https://c2sp.org/tlog-cosignature"/>
/// </summary>
public sealed class Cosigner : IDisposable
{
    private readonly Key _key;

    /// <summary>A cosigner.</summary>
    /// <param name="name">The name of the key.</param>
    /// <param name="seed">The secret key, 32 bytes. It is copied into protected memory.</param>
    /// <exception cref="ArgumentException">The name or the length of the seed is not valid.</exception>
    public Cosigner(string name, ReadOnlySpan<byte> seed) =>
        (_key, VerifierKey) = SigningKey.Import(name, SignatureType.Cosignature, seed);

    /// <summary>The public key.</summary>
    public VerifierKey VerifierKey { get; }

    /// <summary>Cosigns the text of a checkpoint.</summary>
    /// <param name="text">In UTF-8, with the final newline.</param>
    /// <param name="timestamp">In seconds since 1970-01-01 UTC.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public NoteSignature Cosign(ReadOnlySpan<byte> text, long timestamp)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timestamp);
        var signature = new byte[CosignedMessage.SignatureSize];
        BinaryPrimitives.WriteInt64BigEndian(signature, timestamp);
        SignatureAlgorithm.Ed25519.Sign(
            _key, CosignedMessage.Of(timestamp, text), signature.AsSpan(CosignedMessage.TimestampSize));
        return new NoteSignature(VerifierKey.Name, VerifierKey.KeyId, signature);
    }

    /// <summary>Zeroes the secret key.</summary>
    public void Dispose() => _key.Dispose();
}
