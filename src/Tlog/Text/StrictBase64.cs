using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>
/// Base64 of RFC 4648, section 4, in one form only: with padding, without white space and with zero trailing bits.
/// </summary>
internal static class StrictBase64
{
    /// <summary>The number of bytes that a text of this length can encode at most.</summary>
    public static int MaxDecodedLength(int length) => length / 4 * 3;

    public static bool TryDecode(ReadOnlySpan<byte> text, out byte[] bytes)
    {
        var buffer = new byte[MaxDecodedLength(text.Length)];
        var valid = TryDecode(text, buffer, out var written);
        bytes = valid && written != buffer.Length ? buffer[..written] : buffer;
        return valid;
    }

    /// <param name="text">The text; the empty text is refused.</param>
    /// <param name="bytes">At least <see cref="MaxDecodedLength"/> bytes.</param>
    /// <param name="written">The number of bytes that were decoded.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> bytes, out int written)
    {
        written = 0;
        if (text.IsEmpty || text.Length % 4 != 0)
            return false;
        var padding = text[^1] != '=' ? 0 : text[^2] != '=' ? 1 : 2;
        // The decoder skips white space, and then it writes less than expected.
        if (Base64.DecodeFromUtf8(text, bytes, out _, out written) != OperationStatus.Done
            || written != MaxDecodedLength(text.Length) - padding)
            return false;
        Span<byte> last = stackalloc byte[4];
        _ = Base64.EncodeToUtf8(bytes[(written - (3 - padding))..written], last, out _, out _);
        return CryptographicOperations.FixedTimeEquals(last, text[^4..]);
    }
}
