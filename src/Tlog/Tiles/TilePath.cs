using System.Globalization;
using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>The text of a <see cref="TileAddress"/>: ASCII, with exactly one form for each address.</summary>
internal static class TilePath
{
    /// <summary>In characters: <c>tile/entries/</c>, six elements of the index with slashes, <c>.p/255</c>.</summary>
    public const int MaxLength = 13 + 29 - 1 + 6;

    /// <summary>The highest index has 17 digits.</summary>
    private const int MaxElements = 6;

    private const int ElementLength = 3;

    public static bool TryParse(ReadOnlySpan<byte> path, out TileAddress address)
    {
        address = default;
        if (path.Length > MaxLength || !TryCut(ref path, "tile/"u8))
            return false;
        var level = 0;
        var isEntries = TryCut(ref path, "entries/"u8);
        if (!isEntries && !TryReadLevel(ref path, out level))
            return false;
        if (!TryReadIndex(ref path, out var index))
            return false;
        long width = TileAddress.FullWidth;
        if (TryCut(ref path, ".p/"u8))
        {
            // The full width has no suffix.
            if (!StrictDecimal.TryParse(path, out width) || width is < 1 or >= TileAddress.FullWidth)
                return false;
        }
        else if (!path.IsEmpty)
        {
            return false;
        }

        address = isEntries
            ? TileAddress.OfEntries(index, (int)width)
            : TileAddress.OfHashes(level, index, (int)width);
        return true;
    }

    /// <summary>Appends an index in elements of three digits: 1234067 is <c>x001/x234/067</c>.</summary>
    public static void AppendIndex(StringBuilder path, long index)
    {
        if (index >= 1000)
            AppendLeading(path, index / 1000);
        path.Append(CultureInfo.InvariantCulture, $"{index % 1000:D3}");
    }

    private static void AppendLeading(StringBuilder path, long elements)
    {
        if (elements >= 1000)
            AppendLeading(path, elements / 1000);
        path.Append(CultureInfo.InvariantCulture, $"x{elements % 1000:D3}/");
    }

    private static bool TryReadLevel(ref ReadOnlySpan<byte> path, out int level)
    {
        level = 0;
        var end = path.IndexOf((byte)'/');
        if (end < 0 || !StrictDecimal.TryParse(path[..end], out var value) || value > TileAddress.MaxLevel)
            return false;
        level = (int)value;
        path = path[(end + 1)..];
        return true;
    }

    private static bool TryReadIndex(ref ReadOnlySpan<byte> path, out long index)
    {
        index = 0;
        for (var elements = 1; elements <= MaxElements; elements++)
        {
            var isLast = !TryCut(ref path, "x"u8);
            if (path.Length < ElementLength || path[..ElementLength].IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
                return false;
            var element = (path[0] - '0') * 100 + (path[1] - '0') * 10 + (path[2] - '0');
            // A first element of zeros is a leading zero unless it is the only one.
            if (elements == 1 && element == 0 && !isLast)
                return false;
            index = index * 1000 + element;
            path = path[ElementLength..];
            if (isLast)
                return index <= TileAddress.MaxIndex;
            if (!TryCut(ref path, "/"u8))
                return false;
        }

        return false;
    }

    private static bool TryCut(ref ReadOnlySpan<byte> path, ReadOnlySpan<byte> prefix)
    {
        var found = path.StartsWith(prefix);
        if (found)
            path = path[prefix.Length..];
        return found;
    }
}
