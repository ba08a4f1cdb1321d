using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>Encodes text as UTF-8 without replacing half surrogate pairs.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding Encoding = new(false, throwOnInvalidBytes: true);

    /// <exception cref="EncoderFallbackException">The text is not valid Unicode.</exception>
    public static byte[] GetBytes(string text) => Encoding.GetBytes(text);

    /// <summary>False if the text is not valid Unicode.</summary>
    public static bool TryGetBytes(string text, out byte[] bytes)
    {
        bytes = new byte[Encoding.GetMaxByteCount(text.Length)];
        var valid = System.Text.Unicode.Utf8.FromUtf16(
            text, bytes, out _, out var written, replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done;
        Array.Resize(ref bytes, written);
        return valid;
    }
}
