using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>All small changes of a value.</summary>
internal static class Changes
{
    /// <summary>Each bit of each hash, flipped.</summary>
    public static IEnumerable<Hash[]> Of(Hash[] hashes)
    {
        for (var i = 0; i < hashes.Length; i++)
        {
            foreach (var changed in Of(hashes[i].Span.ToArray()))
                yield return [.. hashes[..i], new Hash(changed), .. hashes[(i + 1)..]];
        }
    }

    /// <summary>One hash more or less.</summary>
    public static IEnumerable<Hash[]> OfLength(Hash[] hashes, Hash other)
    {
        yield return [.. hashes, other];
        yield return [other, .. hashes];
        if (hashes.Length == 0)
            yield break;
        yield return hashes[1..];
        yield return hashes[..^1];
        yield return [.. hashes, hashes[^1]];
    }

    /// <summary>Each bit, flipped.</summary>
    public static IEnumerable<byte[]> Of(byte[] bytes)
    {
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return changed;
        }
    }
}
