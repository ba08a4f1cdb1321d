using System.Buffers.Binary;
using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// A signature line: <c>— {name} {base64 of u32 key id ‖ signature}</c>.
/// <see href="https://c2sp.org/signed-note#signatures"/>
/// </summary>
/// <param name="Name">The name of the key.</param>
/// <param name="KeyId">The id of the key; it is no strong hash.</param>
/// <param name="Signature">At least one byte, in the format of the key's type.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    private const int IdSize = sizeof(uint);

    private static ReadOnlySpan<byte> Start => "— "u8;

    /// <summary>The line, with its newline.</summary>
    public override string ToString()
    {
        var bytes = new byte[IdSize + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.Span.CopyTo(bytes.AsSpan(IdSize));
        return $"— {Name} {Convert.ToBase64String(bytes)}\n";
    }

    /// <summary>Reads a line without its newline.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> line, out NoteSignature? signature)
    {
        signature = null;
        if (!line.StartsWith(Start))
            return false;
        line = line[Start.Length..];
        var space = line.IndexOf((byte)' ');
        if (space < 0 || !KeyName.IsValid(line[..space])
            || !StrictBase64.TryDecode(line[(space + 1)..], out var bytes) || bytes.Length <= IdSize)
            return false;
        signature = new NoteSignature(
            Encoding.UTF8.GetString(line[..space]), BinaryPrimitives.ReadUInt32BigEndian(bytes),
            bytes.AsMemory(IdSize));
        return true;
    }
}
