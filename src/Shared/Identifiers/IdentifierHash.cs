using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AtpKeyserver.Identifiers;

/// <summary>
/// The first 64 bits of HMAC-SHA256 under a random per-process key, so that clients cannot construct collisions. Does
/// not allocate.
/// </summary>
internal sealed class IdentifierHash
{
    /// <summary>The longest group id: a DID, <c>#</c> and a name of 128.</summary>
    private const int MaxText = Did.MaxLength + 1 + 128;

    private const int AddressBytes = 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    public ulong Of(ClientAddress address)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        address.WriteNetwork(bytes);
        return Of(bytes);
    }

    public ulong Of(Did did)
    {
        Span<byte> bytes = stackalloc byte[Did.MaxLength];
        return Of(bytes[..Encoding.ASCII.GetBytes(did.Value, bytes)]);
    }

    /// <summary>An account combined with a client address.</summary>
    public ulong Of(ClientAddress address, Did did)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes + Did.MaxLength];
        address.WriteNetwork(bytes);
        return Of(bytes[..(AddressBytes + Encoding.ASCII.GetBytes(did.Value, bytes[AddressBytes..]))]);
    }

    /// <summary>ASCII text of at most <see cref="MaxText"/> characters: a domain or a group id.</summary>
    public ulong Of(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[MaxText];
        return Of(bytes[..Encoding.ASCII.GetBytes(text, bytes)]);
    }

    private ulong Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, bytes, mac);
        return BinaryPrimitives.ReadUInt64LittleEndian(mac);
    }
}
