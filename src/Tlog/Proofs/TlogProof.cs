using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// A proof that can be verified offline: extra data, the index of an entry, its inclusion proof and a checkpoint. Only
/// the form is checked here. <see href="https://c2sp.org/tlog-proof"/>
/// </summary>
public sealed class TlogProof
{
    /// <summary>In bytes.</summary>
    public const int MaxSize = Note.MaxSize + (64 << 10);

    /// <summary>Of the extra data, in bytes. <see cref="ProofExtra"/> needs less.</summary>
    public const int MaxExtraSize = 32 << 10;

    private static ReadOnlySpan<byte> Header => "c2sp.org/tlog-proof@v1"u8;

    private static ReadOnlySpan<byte> ExtraPrefix => "extra "u8;

    private static ReadOnlySpan<byte> IndexPrefix => "index "u8;

    /// <summary>A new proof.</summary>
    /// <param name="extra">Application data; empty for none.</param>
    /// <param name="index">The index of the entry, from 0.</param>
    /// <param name="hashes">The inclusion proof, at most 63 hashes.</param>
    /// <param name="checkpoint">A signed checkpoint.</param>
    /// <exception cref="ArgumentException">A value is not valid.</exception>
    public TlogProof(ReadOnlyMemory<byte> extra, long index, ReadOnlyMemory<Hash> hashes, Note checkpoint)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(extra.Length, MaxExtraSize, nameof(extra));
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashes.Length, InclusionProof.MaxLength, nameof(hashes));
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (!Tlog.Checkpoint.TryParse(checkpoint.Text.Span, out var head))
            throw new ArgumentException("The note is no checkpoint.", nameof(checkpoint));
        (Extra, Index, Hashes, Note, Checkpoint) = (extra, index, hashes, checkpoint, head);
    }

    /// <summary>Application data that is not authenticated; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Extra { get; }

    /// <summary>The index of the entry.</summary>
    public long Index { get; }

    /// <summary>The inclusion proof, from the leaf's sibling up to the root's child.</summary>
    public ReadOnlyMemory<Hash> Hashes { get; }

    /// <summary>The signed checkpoint. Its signatures are not verified.</summary>
    public Note Note { get; }

    /// <summary>The tree head that the note contains.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>Reads a proof in UTF-8.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out TlogProof? proof)
    {
        proof = null;
        var lines = new LineReader(utf8);
        if (utf8.Length > MaxSize || !lines.TryRead(out var line)
            || line.Length != Header.Length || !line.StartsWith(Header) || !lines.TryRead(out line))
            return false;
        byte[] extra = [];
        if (line.StartsWith(ExtraPrefix))
        {
            line = line[ExtraPrefix.Length..];
            if (StrictBase64.MaxDecodedLength(line.Length) > MaxExtraSize + 2
                || !StrictBase64.TryDecode(line, out extra) || extra.Length > MaxExtraSize
                || !lines.TryRead(out line))
                return false;
        }

        if (!line.StartsWith(IndexPrefix) || !StrictDecimal.TryParse(line[IndexPrefix.Length..], out var index))
            return false;
        var hashes = new List<Hash>();
        while (lines.TryRead(out line) && !line.IsEmpty)
        {
            if (hashes.Count == InclusionProof.MaxLength || !Hash.TryParseBase64(line, out var hash))
                return false;
            hashes.Add(hash);
        }

        if (!Note.TryParse(lines.Rest, out var note) || !Tlog.Checkpoint.TryParse(note.Text.Span, out _))
            return false;
        proof = new TlogProof(extra, index, hashes.ToArray(), note);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out TlogProof?)"/>
    public static bool TryParse(string? text, [NotNullWhen(true)] out TlogProof? proof)
    {
        proof = null;
        return text is { Length: <= MaxSize }
            && StrictUtf8.TryGetBytes(text, out var utf8) && TryParse(utf8, out proof);
    }

    /// <summary>Whether the checkpoint's tree contains the leaf at the index. Signatures are not verified.</summary>
    public bool Includes(in Hash leaf) =>
        InclusionProof.Verify(leaf, Index, Checkpoint.Size, Hashes.Span, Checkpoint.Root);

    /// <summary>The proof as a text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(Encoding.ASCII.GetString(Header)).Append('\n');
        if (!Extra.IsEmpty)
            text.Append("extra ").Append(Convert.ToBase64String(Extra.Span)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (ref readonly var hash in Hashes.Span)
            text.Append(hash.ToString()).Append('\n');
        return text.Append('\n').Append(Encoding.UTF8.GetString(Note.Format())).ToString();
    }
}
