using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// Reads a line of a policy. Items are separated by spaces and tabs; names and URLs are opaque bytes, kept as one
/// character for each byte (Latin-1).
/// </summary>
internal static class PolicyLine
{
    /// <summary>Keyword, name, threshold and all witnesses and groups as members.</summary>
    private const int MaxItems = 3 + 2 * LogPolicy.MaxOfAKind;

    /// <summary>False for control characters, an unknown keyword, and what the builder refuses.</summary>
    public static bool TryAdd(ReadOnlySpan<byte> line, PolicyBuilder builder)
    {
        foreach (var value in line)
        {
            if (value is < 0x20 and not (byte)'\t' or 0x7F)
                return false;
        }

        var items = Split(line);
        return items switch
        {
            null => false,
            [] or [['#', ..], ..] => true,
            ["log", var vkey, .. { Length: <= 1 } url] =>
                TryParseKey(vkey, out var key) && builder.TryAdd(new PolicyLog(key, url.FirstOrDefault())),
            ["witness", var name, var vkey, .. { Length: <= 1 } url] =>
                TryParseKey(vkey, out var key) && builder.TryAdd(new PolicyWitness(name, key, url.FirstOrDefault())),
            ["group", var name, var threshold, .. { Length: > 0 } members] =>
                TryParseThreshold(threshold, members.Length, out var needed)
                    && builder.TryAdd(new PolicyGroup(name, needed, members)),
            ["quorum", var name] => builder.TrySetQuorum(name),
            _ => false,
        };
    }

    /// <summary>The items; null for more than any line can have. A comment is one item.</summary>
    private static string[]? Split(ReadOnlySpan<byte> line)
    {
        var items = new List<string>();
        line = line.Trim(" \t"u8);
        while (!line.IsEmpty)
        {
            if (items.Count == MaxItems)
                return null;
            var end = line[0] == '#' && items.Count == 0 ? -1 : line.IndexOfAny((byte)' ', (byte)'\t');
            items.Add(Encoding.Latin1.GetString(end < 0 ? line : line[..end]));
            line = end < 0 ? default : line[end..].TrimStart(" \t"u8);
        }

        return [.. items];
    }

    private static bool TryParseKey(string vkey, out VerifierKey key) =>
        VerifierKey.TryParse(Encoding.Latin1.GetBytes(vkey), out key!);

    private static bool TryParseThreshold(string text, int members, out int threshold)
    {
        (threshold, var valid) = text switch
        {
            "all" => (members, true),
            "any" => (1, true),
            _ when StrictDecimal.TryParse(Encoding.Latin1.GetBytes(text), out var number) && number <= members =>
                ((int)number, true),
            _ => (0, false),
        };
        return valid;
    }
}
