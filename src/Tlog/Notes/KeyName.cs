using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// The name of a key: not empty, without Unicode spaces, control characters and <c>+</c>. A URL without a scheme is
/// recommended. <see href="https://c2sp.org/signed-note#format"/>
/// </summary>
public static class KeyName
{
    /// <summary>In bytes of UTF-8. tlog-cosignature has the same limit for names that are signed.</summary>
    public const int MaxLength = 255;

    /// <summary>Whether the name is valid.</summary>
    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= MaxLength } && StrictUtf8.TryGetBytes(name, out var utf8) && IsValid(utf8);

    /// <summary>Whether the name, in UTF-8, is valid.</summary>
    internal static bool IsValid(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > MaxLength)
            return false;
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out var rune, out var length) != System.Buffers.OperationStatus.Done
                || rune.Value < 0x20 || rune.Value == '+' || Rune.IsWhiteSpace(rune))
                return false;
            name = name[length..];
        }

        return true;
    }
}
