using System.Buffers.Binary;

namespace AtpKeyserver.Tlog;

/// <summary>
/// Entries, each after its length as a big-endian u16. <see href="https://c2sp.org/tlog-tiles#log-entries"/>
/// </summary>
public static class EntryBundle
{
    /// <summary>In bytes.</summary>
    public const int MaxEntrySize = ushort.MaxValue;

    private const int LengthSize = sizeof(ushort);

    /// <summary>Joins 1 to 256 entries.</summary>
    /// <exception cref="ArgumentException">There are none or too many, or one is too long.</exception>
    public static byte[] Encode(IReadOnlyCollection<ReadOnlyMemory<byte>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count is 0 or > TileAddress.FullWidth)
            throw new ArgumentException("A bundle has 1 to 256 entries.", nameof(entries));
        if (entries.Any(entry => entry.Length > MaxEntrySize))
            throw new ArgumentException($"An entry is longer than {MaxEntrySize} bytes.", nameof(entries));
        var bundle = new byte[entries.Sum(entry => LengthSize + entry.Length)];
        var rest = bundle.AsSpan();
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)entry.Length);
            entry.Span.CopyTo(rest[LengthSize..]);
            rest = rest[(LengthSize + entry.Length)..];
        }

        return bundle;
    }

    /// <summary>
    /// Splits a bundle, without copying. False unless it consists of exactly this many entries, 1 to 256; the entries
    /// are not verified.
    /// </summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bundle, int width, out ReadOnlyMemory<byte>[] entries)
    {
        entries = [];
        if (width is < 1 or > TileAddress.FullWidth)
            return false;
        var found = new ReadOnlyMemory<byte>[width];
        for (var i = 0; i < width; i++)
        {
            if (!BinaryPrimitives.TryReadUInt16BigEndian(bundle.Span, out var length)
                || bundle.Length - LengthSize < length)
                return false;
            found[i] = bundle.Slice(LengthSize, length);
            bundle = bundle[(LengthSize + length)..];
        }

        if (!bundle.IsEmpty)
            return false;
        entries = found;
        return true;
    }
}
