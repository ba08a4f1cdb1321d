using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Identity;

namespace AtpKeyserver.Limits;

/// <summary>
/// The first 64 bits of HMAC-SHA256 under a random key of this process: who does not know it cannot find two keys of one bucket. Allocates
/// nothing.
/// </summary>
internal sealed class KeyedHash
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    public ulong Of(ClientAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.WriteNetwork(bytes);
        return Of(bytes);
    }

    public ulong Of(Did did)
    {
        Span<byte> bytes = stackalloc byte[Did.MaxLength];
        return Of(bytes[..Encoding.ASCII.GetBytes(did.Value, bytes)]);
    }

    private ulong Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, bytes, mac);
        return BinaryPrimitives.ReadUInt64LittleEndian(mac);
    }
}
