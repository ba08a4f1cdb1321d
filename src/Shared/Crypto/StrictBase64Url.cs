using System.Buffers;
using System.Buffers.Text;

namespace AtpKeyserver.Crypto;

/// <summary>
/// base64url (RFC 7515 section 2, RFC 4648 section 5) without padding, white space or non-zero trailing bits, so that
/// each byte sequence has one encoding. The framework's decoder accepts padding and white space.
/// </summary>
internal static class StrictBase64Url
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    // Characters whose low 4 (2) bits are zero: the only valid last character when 2 (3) characters remain.
    private static readonly SearchValues<byte> LastOfTwo = SearchValues.Create("AQgw"u8);
    private static readonly SearchValues<byte> LastOfThree = SearchValues.Create("AEIMQUYcgkosw048"u8);

    /// <summary>
    /// Decodes into <paramref name="into"/>, which must hold at least 3/4 of the length of <paramref name="text"/>.
    /// </summary>
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
