using System.Text;

namespace AtpKeyserver.Tests.Fuzz.Targets;

internal static class Texts
{
    /// <summary>
    /// As UTF-8 where it is, otherwise one character for each byte: unlike a decoder's replacement, nothing becomes the same.
    /// </summary>
    public static string Of(byte[] input) => System.Text.Unicode.Utf8.IsValid(input) ? Encoding.UTF8.GetString(input) : Encoding.Latin1.GetString(input);
}
