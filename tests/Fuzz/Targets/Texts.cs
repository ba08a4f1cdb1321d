using System.Text;

namespace AtpKeyserver.Tests.Fuzz.Targets;

internal static class Texts
{
    /// <summary>
    /// UTF-8 if valid, otherwise one character per byte: unlike with replacement characters, different inputs stay
    /// different.
    /// </summary>
    public static string Of(byte[] input) =>
        System.Text.Unicode.Utf8.IsValid(input) ? Encoding.UTF8.GetString(input) : Encoding.Latin1.GetString(input);
}
