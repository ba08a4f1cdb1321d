using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace AtpKeyserver.Tests.Support.Secrets;

/// <summary>
/// Finds secrets, and every part of one that has 16 bytes or more, in whatever left a process: as they are, in hex, in base64 and base64url
/// wherever a group of three bytes begins; in text also behind percent-encoding and JSON escapes.
/// </summary>
public sealed partial class SecretSearch
{
    // Whatever 16 bytes in a row are taken, one aligned block of eight is among them.
    private const int Block = 8;
    private const int FilterBits = 22;

    private readonly Dictionary<ulong, List<Needle>> _needles = [];
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly HashSet<string> _known = [];

    public int Count => _known.Count;

    /// <summary>A key or a signature: random bytes, 16 or more.</summary>
    public void Add(string name, ReadOnlySpan<byte> secret)
    {
        if (_known.Add(Convert.ToHexString(secret)))
            AddBlocks(name, secret, Block);
    }

    /// <summary>A text of 16 characters or more; parts are found from 24 on, since eight letters may be chance.</summary>
    public void AddText(string name, string text)
    {
        if (_known.Add(text))
            AddBlocks(name, Encoding.UTF8.GetBytes(text), 2 * Block);
    }

    /// <summary>What was found in a text, each with the form in which it stood there.</summary>
    public IReadOnlyCollection<string> FindIn(string text)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var view in Views(text))
            found.UnionWith(Find(view));
        return found;
    }

    /// <summary>What was found in bytes as they are.</summary>
    public IReadOnlyCollection<string> Find(ReadOnlySpan<byte> data)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        ForEach(data, (name, _) => found.Add(name));
        return found;
    }

    /// <param name="data">Where to look.</param>
    /// <param name="hit">Told what stands there, and at which offset.</param>
    public void ForEach(ReadOnlySpan<byte> data, Action<string, int> hit)
    {
        for (var at = 0; at <= data.Length - Block; at++)
        {
            var start = BinaryPrimitives.ReadUInt64LittleEndian(data[at..]);
            var bit = BitOf(start);
            if ((_filter[bit >> 6] >> (bit & 63) & 1) == 0 || !_needles.TryGetValue(start, out var needles))
                continue;
            foreach (var needle in needles)
            {
                if (data[at..].StartsWith(needle.Bytes))
                    hit(needle.Name, at);
            }
        }
    }

    private void AddBlocks(string name, ReadOnlySpan<byte> secret, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, 16);
        for (var at = 0; at < secret.Length; at += Block)
            AddForms(name, secret.Slice(Math.Min(at, secret.Length - length), length));
    }

    private void AddForms(string name, ReadOnlySpan<byte> block)
    {
        AddNeedle($"{name} (raw)", block);
        AddLetters($"{name} (hex)", Convert.ToHexStringLower(block));
        AddLetters($"{name} (HEX)", Convert.ToHexString(block));
        // The letters that these bytes alone decide, whatever stands before and after them.
        for (var before = 0; before < 3; before++)
        {
            byte[] group = [.. new byte[before], .. block, 0, 0, 0];
            var from = ((8 * before) + 5) / 6;
            var letters = Convert.ToBase64String(group)[from..(8 * (before + block.Length) / 6)];
            AddLetters($"{name} (base64)", letters);
            if (letters.AsSpan().ContainsAny('+', '/'))
                AddLetters($"{name} (base64url)", letters.Replace('+', '-').Replace('/', '_'));
        }
    }

    /// <summary>As one byte a letter, and as .NET's strings hold it.</summary>
    private void AddLetters(string name, string letters)
    {
        AddNeedle(name, Encoding.ASCII.GetBytes(letters));
        AddNeedle($"{name} in a string", Encoding.Unicode.GetBytes(letters));
    }

    private void AddNeedle(string name, ReadOnlySpan<byte> bytes)
    {
        var start = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var bit = BitOf(start);
        _filter[bit >> 6] |= 1UL << (bit & 63);
        if (!_needles.TryGetValue(start, out var needles))
            _needles.Add(start, needles = []);
        needles.Add(new Needle(name, bytes.ToArray()));
    }

    private static int BitOf(ulong start) => (int)(start * 0x9E3779B97F4A7C15 >> (64 - FilterBits));

    /// <summary>The text, and what stands in it once one or two layers of encoding are gone.</summary>
    private static IEnumerable<byte[]> Views(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        yield return bytes;
        for (var layer = 0; layer < 2; layer++)
        {
            var decoded = Decode(bytes);
            if (decoded.Length == bytes.Length)
                yield break;
            yield return bytes = decoded;
        }
    }

    /// <summary><c>%2B</c> and <c>\u002B</c> become the byte they stand for.</summary>
    private static byte[] Decode(byte[] encoded)
    {
        // One char a byte, so that bytes that are no UTF-8 come through.
        var text = Encoding.Latin1.GetString(encoded);
        var decoded = Escapes().Replace(text, escape => $"{(char)Convert.ToByte(escape.Value[^2..], 16)}");
        return Encoding.Latin1.GetBytes(decoded.Replace("\\/", "/", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}")]
    private static partial Regex Escapes();

    private sealed record Needle(string Name, byte[] Bytes);
}
