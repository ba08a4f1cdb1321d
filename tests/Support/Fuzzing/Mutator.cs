namespace AtpKeyserver.Tests.Support.Fuzzing;

/// <summary>
/// Creates an input from another: a few small changes of bytes, ranges, numbers and words, and sometimes a large
/// extension.
/// </summary>
/// <param name="dice">The only source of randomness.</param>
/// <param name="words">Words that a parser may look for.</param>
public sealed class Mutator(Dice dice, IReadOnlyList<byte[]> words)
{
    private const int MaxChanges = 6;

    private static readonly byte[] Verbose =
        [.. "\0\t\n\r \"#%&'()*+,-./0129:;<=>?@AZ[\\]_`az{|}~"u8, 0x7F, 0x80, 0xA0, 0xC0, 0xED, 0xEF, 0xF4, 0xFF];

    private static readonly byte[][] Numbers =
    [
        [.. "0"u8], [.. "-1"u8], [.. "1"u8], [.. "00"u8], [.. "2147483647"u8], [.. "2147483648"u8], [.. "4294967296"u8],
        [.. "9223372036854775808"u8], [.. "1e400"u8], [.. "1.0"u8], [.. "0.5"u8], [.. "65535"u8], [.. "65536"u8],
        [.. "256"u8],
        [.. "18446744073709551616"u8], [.. "-0"u8], [.. "1E2"u8],
    ];

    /// <param name="input">The input, which is not changed.</param>
    /// <param name="others">Inputs to take parts from; at least one.</param>
    /// <param name="maxLength">The maximum length of the result in bytes.</param>
    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others, int maxLength)
    {
        var bytes = new List<byte>(input);
        for (var change = dice.Below(MaxChanges); change >= 0; change--)
            Change(bytes, others[dice.Below(others.Count)], maxLength);
        return [.. bytes.Take(maxLength)];
    }

    private void Change(List<byte> bytes, byte[] other, int maxLength)
    {
        switch (dice.Below(16))
        {
            case 0 when bytes.Count > 0:
                bytes[dice.Below(bytes.Count)] ^= (byte)(1 << dice.Below(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[dice.Below(bytes.Count)] = (byte)dice.Next();
                break;
            case 2 when bytes.Count > 0:
                bytes[dice.Below(bytes.Count)] = Verbose[dice.Below(Verbose.Length)];
                break;
            case 3:
                bytes.Insert(Gap(bytes), Verbose[dice.Below(Verbose.Length)]);
                break;
            case 4 or 5 when bytes.Count > 0:
                var (at, length) = Range(bytes.Count);
                bytes.RemoveRange(at, length);
                break;
            case 6 when bytes.Count > 0:
                (at, length) = Range(bytes.Count);
                bytes.InsertRange(Gap(bytes), bytes.GetRange(at, length));
                break;
            case 7 when bytes.Count > 0:
                Repeat(bytes, maxLength);
                break;
            case 8 when other.Length > 0:
                (at, length) = Range(other.Length);
                bytes.InsertRange(Gap(bytes), other.AsSpan(at, length));
                break;
            case 9 when other.Length > 0:
                var gap = Gap(bytes);
                bytes.RemoveRange(gap, bytes.Count - gap);
                bytes.AddRange(other.AsSpan(dice.Below(other.Length)));
                break;
            case 10 when Digits(bytes) is { } digits:
                Replace(bytes, digits, Numbers[dice.Below(Numbers.Length)]);
                break;
            case 11 when Quoted(bytes) is { } quoted:
                Replace(bytes, quoted, Word());
                break;
            case 12 when bytes.Count > 0:
                Replace(bytes, Range(bytes.Count), Word());
                break;
            case 13 when bytes.Count > 0:
                bytes[dice.Below(bytes.Count)] ^= 0x20;
                break;
            default:
                bytes.InsertRange(Gap(bytes), Word());
                break;
        }
    }

    private int Gap(List<byte> bytes) => dice.Below(bytes.Count + 1);

    private byte[] Word() => words.Count == 0 ? [] : words[dice.Below(words.Count)];

    /// <summary>Short ranges are more likely.</summary>
    private (int At, int Length) Range(int count)
    {
        var at = dice.Below(count);
        var most = dice.Below(4) == 0 ? count - at : Math.Min(8, count - at);
        return (at, 1 + dice.Below(most));
    }

    private void Repeat(List<byte> bytes, int maxLength)
    {
        var (at, length) = Range(bytes.Count);
        var most = Math.Max(1, dice.Below(16) == 0 ? (maxLength - bytes.Count) / length : 8);
        bytes.InsertRange(
            at, Enumerable.Repeat(bytes.GetRange(at, length), 1 + dice.Below(most)).SelectMany(part => part).ToArray());
    }

    private (int At, int Length)? Digits(List<byte> bytes)
    {
        if (bytes.Count == 0)
            return null;
        var at = bytes.FindIndex(dice.Below(bytes.Count), b => char.IsAsciiDigit((char)b));
        if (at < 0)
            return null;
        var end = bytes.FindIndex(at, b => !char.IsAsciiDigit((char)b));
        return (at, (end < 0 ? bytes.Count : end) - at);
    }

    private (int At, int Length)? Quoted(List<byte> bytes)
    {
        if (bytes.Count == 0)
            return null;
        var start = bytes.IndexOf((byte)'"', dice.Below(bytes.Count));
        var end = start < 0 ? -1 : bytes.IndexOf((byte)'"', start + 1);
        return end < 0 ? null : (start + 1, end - start - 1);
    }

    private static void Replace(List<byte> bytes, (int At, int Length) range, byte[] by)
    {
        bytes.RemoveRange(range.At, range.Length);
        bytes.InsertRange(range.At, by);
    }
}
