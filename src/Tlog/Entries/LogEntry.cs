using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace AtpKeyserver.Tlog;

/// <summary>
/// An entry of the log, 106 bytes: format version 1 (1 byte) ‖ chain (1) ‖ label (32) ‖ sequence number (8, big-endian)
/// ‖ previous (32) ‖ commitment (32).
/// </summary>
public sealed record LogEntry
{
    /// <summary>In bytes.</summary>
    public const int Size = 106;

    private const byte FormatVersion = 1;
    private const int LabelAt = 2;
    private const int SequenceAt = LabelAt + Hash.Size;
    private const int PreviousAt = SequenceAt + sizeof(long);
    private const int CommitmentAt = PreviousAt + Hash.Size;

    /// <summary>A new entry.</summary>
    /// <exception cref="ArgumentException">The values do not fit together; see each.</exception>
    public LogEntry(ChainKind chain, Hash label, long sequence, Hash previous, Hash commitment)
    {
        if (!IsValid(chain, label, sequence, previous))
            throw new ArgumentException("The chain, label, sequence number and previous hash do not fit together.");
        (Chain, Label, Sequence, Previous, Commitment) = (chain, label, sequence, previous, commitment);
    }

    /// <summary>The kind of the chain.</summary>
    public ChainKind Chain { get; }

    /// <summary>The label of the chain; zeros for the log's own entry.</summary>
    public Hash Label { get; }

    /// <summary>The number in the chain, from 0; always 0 for the log's own entry.</summary>
    public long Sequence { get; }

    /// <summary><see cref="Digest"/> of the chain's previous entry; zeros exactly at number 0.</summary>
    public Hash Previous { get; }

    /// <summary>Hides what the entry says: <see cref="Opening.Commitment"/>.</summary>
    public Hash Commitment { get; }

    /// <summary>Reads exactly 106 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out LogEntry? entry)
    {
        entry = null;
        if (bytes.Length != Size || bytes[0] != FormatVersion)
            return false;
        var chain = (ChainKind)bytes[1];
        var label = new Hash(bytes[LabelAt..SequenceAt]);
        var sequence = BinaryPrimitives.ReadInt64BigEndian(bytes[SequenceAt..]);
        var previous = new Hash(bytes[PreviousAt..CommitmentAt]);
        if (!IsValid(chain, label, sequence, previous))
            return false;
        entry = new LogEntry(chain, label, sequence, previous, new Hash(bytes[CommitmentAt..]));
        return true;
    }

    /// <summary>The 106 bytes.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[Size];
        bytes[0] = FormatVersion;
        bytes[1] = (byte)Chain;
        Label.Span.CopyTo(bytes.AsSpan(LabelAt));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(SequenceAt), Sequence);
        Previous.Span.CopyTo(bytes.AsSpan(PreviousAt));
        Commitment.Span.CopyTo(bytes.AsSpan(CommitmentAt));
        return bytes;
    }

    /// <summary>SHA-256 of the 106 bytes: what the chain's next entry names as previous.</summary>
    public Hash Digest() => Hash.Sha256(Encode());

    /// <summary>The hash of the entry's leaf in the tree.</summary>
    public Hash LeafHash() => TreeHash.Leaf(Encode());

    /// <summary>Whether an entry can have these values.</summary>
    internal static bool IsValid(ChainKind chain, in Hash label, long sequence, in Hash previous) =>
        sequence >= 0 && sequence == 0 == previous.IsZero
        && (chain == ChainKind.Log ? sequence == 0 && label.IsZero : chain <= ChainKind.GroupPeople);
}
