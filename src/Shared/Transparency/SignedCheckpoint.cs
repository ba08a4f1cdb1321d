namespace AtpKeyserver.Transparency;

/// <summary>A checkpoint with its signatures.</summary>
/// <param name="Size">The size of the tree.</param>
/// <param name="Note">The signed note, in UTF-8.</param>
/// <param name="Time">The time in its cosignature, before the head was read.</param>
/// <param name="Read">When the head was last read, as a timestamp of the clock.</param>
public sealed record SignedCheckpoint(long Size, ReadOnlyMemory<byte> Note, DateTimeOffset Time, long Read);
