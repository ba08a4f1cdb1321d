namespace AtpKeyserver.Tlog;

/// <summary>ASCII decimal from 0 to 2^63-1, without a sign and without leading zeros.</summary>
internal static class StrictDecimal
{
    /// <summary>2^63-1 has 19 digits.</summary>
    public const int MaxLength = 19;

    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.Length is 0 or > MaxLength || (text[0] == '0' && text.Length > 1))
            return false;
        ulong sum = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            sum = sum * 10 + (ulong)(digit - '0');
        }

        value = unchecked((long)sum);
        return sum <= long.MaxValue;
    }
}
