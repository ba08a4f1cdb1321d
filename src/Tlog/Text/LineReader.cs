namespace AtpKeyserver.Tlog;

/// <summary>Reads lines that each end in a newline (U+000A).</summary>
internal ref struct LineReader(ReadOnlySpan<byte> text)
{
    /// <summary>What has not been read.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = text;

    /// <summary>Reads a line without its newline; false at the end, or if the last line has no newline.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var end = Rest.IndexOf((byte)'\n');
        line = end < 0 ? default : Rest[..end];
        if (end >= 0)
            Rest = Rest[(end + 1)..];
        return end >= 0;
    }
}
