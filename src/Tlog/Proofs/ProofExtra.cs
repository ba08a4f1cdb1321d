using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace AtpKeyserver.Tlog;

/// <summary>
/// What a proof adds to rebuild its entry: VRF proof (80 bytes) ‖ big-endian sequence number (8) ‖ previous hash (32) ‖
/// nonce (32) ‖ event bytes. Nothing of it is authenticated before the entry's inclusion was verified.
/// </summary>
public sealed class ProofExtra
{
    /// <summary>In bytes.</summary>
    public const int MaxSize = OpeningAt + Opening.NonceSize + Opening.MaxEventSize;

    private const int PreviousAt = VrfProof.Size + sizeof(long);
    private const int OpeningAt = PreviousAt + Hash.Size;

    /// <summary>The data of one entry.</summary>
    /// <exception cref="ArgumentException">
    /// The number is negative, or the previous hash is zero although the number is not 0, or the other way round.
    /// </exception>
    public ProofExtra(VrfProof vrfProof, long sequence, Hash previous, Opening opening)
    {
        ArgumentNullException.ThrowIfNull(vrfProof);
        ArgumentNullException.ThrowIfNull(opening);
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        if (sequence == 0 != previous.IsZero)
            throw new ArgumentException("The previous hash is zero exactly at number 0.", nameof(previous));
        (VrfProof, Sequence, Previous, Opening) = (vrfProof, sequence, previous, opening);
    }

    /// <summary>Shows that the label belongs to the subject.</summary>
    public VrfProof VrfProof { get; }

    /// <summary>The entry's number in its chain.</summary>
    public long Sequence { get; }

    /// <summary>The digest of the chain's previous entry; zeros at number 0.</summary>
    public Hash Previous { get; }

    /// <summary>The nonce and the event.</summary>
    public Opening Opening { get; }

    /// <summary>Reads the bytes. The event is not read.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ProofExtra? extra)
    {
        extra = null;
        if (bytes.Length is < OpeningAt or > MaxSize)
            return false;
        var sequence = BinaryPrimitives.ReadInt64BigEndian(bytes[VrfProof.Size..]);
        var previous = new Hash(bytes[PreviousAt..OpeningAt]);
        if (sequence < 0 || sequence == 0 != previous.IsZero
            || !Opening.TryParse(bytes[OpeningAt..], out var opening)
            || !VrfProof.TryParse(bytes[..VrfProof.Size], out var vrfProof))
            return false;
        extra = new ProofExtra(vrfProof, sequence, previous, opening);
        return true;
    }

    /// <summary>The bytes.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[OpeningAt + Opening.Bytes.Length];
        VrfProof.Bytes.Span.CopyTo(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(VrfProof.Size), Sequence);
        Previous.Span.CopyTo(bytes.AsSpan(PreviousAt));
        Opening.Bytes.Span.CopyTo(bytes.AsSpan(OpeningAt));
        return bytes;
    }

    /// <summary>Rebuilds the entry of this subject. False if the VRF proof is not valid for it.</summary>
    /// <remarks>The entry is in the log only if its inclusion is verified.</remarks>
    public bool TryMakeEntry(ChainSubject subject, VrfPublicKey vrfKey, [NotNullWhen(true)] out LogEntry? entry)
    {
        var valid = Label.TryVerify(vrfKey, subject, VrfProof, out var label);
        entry = valid ? new LogEntry(subject.Kind, label, Sequence, Previous, Opening.Commitment()) : null;
        return valid;
    }
}
