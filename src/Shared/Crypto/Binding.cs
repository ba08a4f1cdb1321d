using System.Buffers.Binary;
using System.Text;

namespace AtpKeyserver.Crypto;

/// <summary>
/// Where a sealed form belongs. It is the associated data of the encryption, so a form that is moved to another row, table, version or
/// account generation does not open.
/// </summary>
public readonly record struct Binding(string Table, string Partition, string Row, int Version, int Generation)
{
    /// <summary>Purpose, then each field with its length before it (4 bytes, big endian): no two bindings share an encoding.</summary>
    internal byte[] Encode(SealPurpose purpose)
    {
        var size = 1 + 4 + Encoding.UTF8.GetByteCount(Table) + 4 + Encoding.UTF8.GetByteCount(Partition) + 4 + Encoding.UTF8.GetByteCount(Row) + 8;
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
