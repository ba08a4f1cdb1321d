using System.Text.Unicode;

namespace AtpKeyserver.Tlog;

/// <summary>What signed-note allows in any note: UTF-8 without ASCII control characters except newline.</summary>
internal static class NoteText
{
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        foreach (var value in text)
        {
            if (value < 0x20 && value != (byte)'\n')
                return false;
        }

        return Utf8.IsValid(text);
    }
}
