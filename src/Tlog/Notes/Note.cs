using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// A text with signatures. Do not use the text before <see cref="Check"/> has found a valid signature by a key that you
/// trust. <see href="https://c2sp.org/signed-note"/>
/// </summary>
public sealed class Note
{
    /// <summary>In bytes: 16 of the longest known signatures (5 kB) and a text fit.</summary>
    public const int MaxSize = 256 << 10;

    /// <summary>signed-note requires at least 16.</summary>
    public const int MaxSignatures = 64;

    /// <summary>A new note.</summary>
    /// <param name="text">Valid UTF-8 that ends in a newline and has no other control characters.</param>
    /// <param name="signatures">1 to 64 signatures.</param>
    /// <exception cref="ArgumentException">The text or the number of signatures is not valid.</exception>
    public Note(ReadOnlyMemory<byte> text, IReadOnlyList<NoteSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        if (text.IsEmpty || text.Span[^1] != '\n' || !NoteText.IsValid(text.Span))
            throw new ArgumentException("The text of a note is UTF-8 that ends in a newline.", nameof(text));
        if (signatures.Count is 0 or > MaxSignatures)
            throw new ArgumentException($"A note has 1 to {MaxSignatures} signatures.", nameof(signatures));
        (Text, Signatures) = (text, signatures);
    }

    /// <summary>The signed text, in UTF-8, with its final newline.</summary>
    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>In the note's order; also those by unknown keys.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Reads a note in UTF-8, without verifying signatures.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out Note? note)
    {
        note = null;
        if (utf8.Length > MaxSize || !NoteText.IsValid(utf8))
            return false;
        var end = utf8.LastIndexOf("\n\n"u8);
        if (end < 0)
            return false;
        var lines = new LineReader(utf8[(end + 2)..]);
        var signatures = new List<NoteSignature>();
        while (lines.TryRead(out var line))
        {
            if (signatures.Count == MaxSignatures || !NoteSignature.TryParse(line, out var signature))
                return false;
            signatures.Add(signature!);
        }

        if (signatures.Count == 0 || !lines.Rest.IsEmpty)
            return false;
        note = new Note(utf8[..(end + 1)].ToArray(), signatures);
        return true;
    }

    /// <summary>Verifies all signatures by this key; ignores the others.</summary>
    public SignatureCheck Check(VerifierKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var result = new SignatureCheck(SignatureStatus.Missing, 0);
        foreach (var signature in Signatures)
        {
            if (signature.KeyId != key.KeyId || signature.Name != key.Name)
                continue;
            if (!key.TryVerify(Text.Span, signature.Signature.Span, out var timestamp))
                return new SignatureCheck(SignatureStatus.Invalid, 0);
            result = new SignatureCheck(SignatureStatus.Valid, Math.Max(result.Timestamp, timestamp));
        }

        return result;
    }

    /// <summary>The note in UTF-8.</summary>
    public byte[] Format()
    {
        var lines = string.Concat(Signatures.Select(signature => signature.ToString()));
        return [.. Text.Span, (byte)'\n', .. Encoding.UTF8.GetBytes(lines)];
    }
}
