using System.Buffers;
using System.Buffers.Text;

namespace AtpKeyserver.Crypto;

/// <summary>
/// base64url as RFC 7515 section 2 has it: the 64 letters of RFC 4648 section 5, no padding, no white space, and no bits left over that are
/// not zero, so that bytes have one spelling. The framework's decoder takes padding and white space.
/// </summary>
internal static class StrictBase64Url
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    // Letters whose lower 4 (2) bits are zero: what may stand last when 2 (3) letters are left.
    private static readonly SearchValues<byte> LastOfTwo = SearchValues.Create("AQgw"u8);
    private static readonly SearchValues<byte> LastOfThree = SearchValues.Create("AEIMQUYcgkosw048"u8);

    /// <summary>Decodes into <paramref name="into"/>, which has room for three quarters of <paramref name="text"/>.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> into, out int length)
    {
        length = 0;
        if (text.ContainsAnyExcept(Alphabet))
            return false;
        var isWhole = (text.Length % 4) switch
        {
            0 => true,
            2 => LastOfTwo.Contains(text[^1]),
            3 => LastOfThree.Contains(text[^1]),
            _ => false,
        };
        return isWhole && Base64Url.TryDecodeFromUtf8(text, into, out length);
    }
}
