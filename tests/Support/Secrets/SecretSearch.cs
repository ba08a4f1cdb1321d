using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace AtpKeyserver.Tests.Support.Secrets;

/// <summary>
/// Finds secrets, and every part of one of at least 16 bytes, in the output of a process: raw, in hex, and in base64
/// and base64url at any alignment; in text also behind percent-encoding and JSON escapes.
/// </summary>
public sealed partial class SecretSearch
{
    // Any 16 consecutive bytes contain one aligned block of eight.
    private const int Block = 8;
    private const int FilterBits = 22;

    private readonly Dictionary<ulong, List<Needle>> _needles = [];
    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly HashSet<string> _known = [];

    public int Count => _known.Count;

    /// <summary>A key or a signature: at least 16 random bytes.</summary>
    public void Add(string name, ReadOnlySpan<byte> secret)
    {
        if (_known.Add(Convert.ToHexString(secret)))
            AddBlocks(name, secret, Block);
    }

    /// <summary>
    /// A text of at least 16 characters; parts are found from 24 characters up, because eight letters may be a
    /// coincidence.
    /// </summary>
    public void AddText(string name, string text)
    {
        if (_known.Add(text))
            AddBlocks(name, Encoding.UTF8.GetBytes(text), 2 * Block);
    }

    /// <summary>The secrets found in a text, each with its form.</summary>
    public IReadOnlyCollection<string> FindIn(string text)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var view in Views(text))
            found.UnionWith(Find(view));
        return found;
    }

    /// <summary>The secrets found in raw bytes.</summary>
    public IReadOnlyCollection<string> Find(ReadOnlySpan<byte> data)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        ForEach(data, (name, _) => found.Add(name));
        return found;
    }

    /// <param name="data">The data to search.</param>
    /// <param name="hit">Gets the secret and its offset.</param>
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
        // The characters that depend only on these bytes, whatever is before and after them.
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

    /// <summary>As one byte per character, and as in .NET strings.</summary>
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

    /// <summary>The text, and its contents after one or two decodings.</summary>
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

    /// <summary>Decodes <c>%2B</c> and <c>\u002B</c>.</summary>
    private static byte[] Decode(byte[] encoded)
    {
        // One char per byte, so that invalid UTF-8 is preserved.
        var text = Encoding.Latin1.GetString(encoded);
        var decoded = Escapes().Replace(text, escape => $"{(char)Convert.ToByte(escape.Value[^2..], 16)}");
        return Encoding.Latin1.GetBytes(decoded.Replace("\\/", "/", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}")]
    private static partial Regex Escapes();

    private sealed record Needle(string Name, byte[] Bytes);
}
