using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// The body of a witness's <c>add-checkpoint</c>: a checkpoint, with the proof that its tree begins with the one that
/// the witness knows. <see href="https://c2sp.org/tlog-witness#add-checkpoint"/>
/// </summary>
public sealed class AddCheckpointRequest
{
    /// <summary>In bytes.</summary>
    public const int MaxSize = Note.MaxSize + (8 << 10);

    /// <summary>The largest number of hashes.</summary>
    public const int MaxProof = 63;

    private const string OldPrefix = "old ";

    /// <summary>A new request.</summary>
    /// <param name="oldSize">The size of the tree that the witness knows; 0 for none.</param>
    /// <param name="proof">A consistency proof, at most 63 hashes.</param>
    /// <param name="checkpoint">A signed checkpoint.</param>
    /// <exception cref="ArgumentException">A value is not valid.</exception>
    public AddCheckpointRequest(long oldSize, ReadOnlyMemory<Hash> proof, Note checkpoint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(proof.Length, MaxProof, nameof(proof));
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (!Tlog.Checkpoint.TryParse(checkpoint.Text.Span, out var head))
            throw new ArgumentException("The note is no checkpoint.", nameof(checkpoint));
        (OldSize, Proof, Note, Checkpoint) = (oldSize, proof, checkpoint, head);
    }

    /// <summary>The size of the tree that the witness knows.</summary>
    public long OldSize { get; }

    /// <summary>The consistency proof.</summary>
    public ReadOnlyMemory<Hash> Proof { get; }

    /// <summary>The signed checkpoint. Its signatures are not verified.</summary>
    public Note Note { get; }

    /// <summary>The tree head that the note contains.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>Reads a body in UTF-8. Only the form is checked.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out AddCheckpointRequest? request)
    {
        request = null;
        var lines = new LineReader(utf8);
        if (utf8.Length > MaxSize || !lines.TryRead(out var line) || !line.StartsWith("old "u8)
            || !StrictDecimal.TryParse(line[OldPrefix.Length..], out var oldSize))
            return false;
        var proof = new List<Hash>();
        while (true)
        {
            if (!lines.TryRead(out line))
                return false;
            if (line.IsEmpty)
                break;
            if (proof.Count == MaxProof || !Hash.TryParseBase64(line, out var hash))
                return false;
            proof.Add(hash);
        }

        if (!Note.TryParse(lines.Rest, out var note) || !Tlog.Checkpoint.TryParse(note.Text.Span, out _))
            return false;
        request = new AddCheckpointRequest(oldSize, proof.ToArray(), note);
        return true;
    }

    /// <summary>The body in UTF-8.</summary>
    public byte[] Format()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{OldPrefix}{OldSize}\n");
        foreach (ref readonly var hash in Proof.Span)
            text.Append(hash.ToString()).Append('\n');
        return [.. Encoding.ASCII.GetBytes(text.Append('\n').ToString()), .. Note.Format()];
    }
}
