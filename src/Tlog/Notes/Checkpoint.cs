using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// A tree head: origin, size, root and extension lines. It is the text of a signed <see cref="Note"/>.
/// <see href="https://c2sp.org/tlog-checkpoint"/>
/// </summary>
public sealed class Checkpoint
{
    /// <summary>Extension lines are not recommended; more than these are refused.</summary>
    public const int MaxExtensions = 16;

    /// <summary>A tree head without extension lines.</summary>
    /// <param name="origin">The log's identity: not empty, valid Unicode without control characters.</param>
    /// <param name="size">The number of leaves.</param>
    /// <param name="root">The root of the tree; of an empty tree <see cref="TreeHash.Empty"/>.</param>
    /// <exception cref="ArgumentException">A value is not valid.</exception>
    public Checkpoint(string origin, long size, Hash root)
        : this(origin, size, root, [])
    {
        ArgumentException.ThrowIfNullOrEmpty(origin);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (!TryParse(Format(), out var parsed) || parsed.Origin != origin)
            throw new ArgumentException("The origin is not valid, or an empty tree has another root.");
    }

    private Checkpoint(string origin, long size, Hash root, IReadOnlyList<string> extensions) =>
        (Origin, Size, Root, Extensions) = (origin, size, root, extensions);

    /// <summary>The log's identity.</summary>
    public string Origin { get; }

    /// <summary>The number of leaves, from 0 to 2^63-1.</summary>
    public long Size { get; }

    /// <summary>The root of the tree.</summary>
    public Hash Root { get; }

    /// <summary>Opaque lines, usually none.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>
    /// Reads the text of a note. False also if an empty tree has another root than SHA-256 of nothing.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        var lines = new LineReader(text);
        if (text.Length > Note.MaxSize || !NoteText.IsValid(text)
            || !lines.TryRead(out var origin) || origin.IsEmpty
            || !lines.TryRead(out var sizeLine) || !StrictDecimal.TryParse(sizeLine, out var size)
            || !lines.TryRead(out var rootLine) || !Hash.TryParseBase64(rootLine, out var root)
            || (size == 0 && root != TreeHash.Empty))
            return false;
        var extensions = new List<string>();
        while (lines.TryRead(out var extension))
        {
            if (extension.IsEmpty || extensions.Count == MaxExtensions)
                return false;
            extensions.Add(Encoding.UTF8.GetString(extension));
        }

        if (!lines.Rest.IsEmpty)
            return false;
        checkpoint = new Checkpoint(Encoding.UTF8.GetString(origin), size, root, extensions);
        return true;
    }

    /// <summary>The text of the note, in UTF-8, with its final newline.</summary>
    public byte[] Format()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root}\n");
        foreach (var extension in Extensions)
            text.Append(extension).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
