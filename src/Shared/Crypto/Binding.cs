using System.Buffers.Binary;
using System.Text;

namespace AtpKeyserver.Crypto;

/// <summary>
/// The storage location of a sealed form, used as associated data: a form that is moved to another row, table, version
/// or account generation does not decrypt.
/// </summary>
public readonly record struct Binding(string Table, string Partition, string Row, int Version, int Generation)
{
    /// <summary>
    /// The purpose byte, then each field prefixed with its length (4 bytes, big endian), so the encoding is injective.
    /// </summary>
    internal byte[] Encode(SealPurpose purpose)
    {
        var size = 1
            + 4 + Encoding.UTF8.GetByteCount(Table)
            + 4 + Encoding.UTF8.GetByteCount(Partition)
            + 4 + Encoding.UTF8.GetByteCount(Row)
            + 8;
        var encoded = new byte[size];
        encoded[0] = (byte)purpose;
        var rest = encoded.AsSpan(1);
        rest = Append(rest, Table);
        rest = Append(rest, Partition);
        rest = Append(rest, Row);
        BinaryPrimitives.WriteInt32BigEndian(rest, Version);
        BinaryPrimitives.WriteInt32BigEndian(rest[4..], Generation);
        return encoded;
    }

    private static Span<byte> Append(Span<byte> target, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, target[4..]);
        BinaryPrimitives.WriteInt32BigEndian(target, length);
        return target[(4 + length)..];
    }
}
