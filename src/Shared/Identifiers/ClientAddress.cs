using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace AtpKeyserver.Identifiers;

/// <summary>
/// A client's network address. Two addresses are equal if they share a rate limit: the same IPv4 address (IPv4-mapped
/// IPv6 counts as IPv4) or the same IPv6 /64, the smallest usual assignment to a subscriber (RFC 6177). All unknown
/// addresses share one limit.
/// </summary>
public readonly record struct ClientAddress
{
    /// <summary>Bytes of an IPv6 /64 network prefix.</summary>
    private const int NetworkBytes = 8;

    // Two ulongs, not a UInt128: methods with UInt128 parameters are not compiled ahead of time (docs/adr/0018).
    private readonly ulong _network;
    private readonly ulong _last;

    private ClientAddress(ReadOnlySpan<byte> network, IPAddress address)
    {
        _network = BinaryPrimitives.ReadUInt64BigEndian(network);
        _last = BinaryPrimitives.ReadUInt64BigEndian(network[NetworkBytes..]);
        Address = address;
    }

    public static ClientAddress Unknown => default;

    /// <summary>
    /// The full address without a zone, IPv4-mapped IPv6 as IPv4; null if <see cref="Unknown"/>. Only the access log
    /// may store it.
    /// </summary>
    public IPAddress? Address { get; }

    public static ClientAddress From(IPAddress? address)
    {
        if (address is null)
            return Unknown;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[10..12].Fill(0xff);
            address.TryWriteBytes(bytes[12..], out _);
            return new ClientAddress(bytes, address);
        }

        address.TryWriteBytes(bytes, out _);
        var withoutZone = address.ScopeId == 0 ? address : new IPAddress(bytes);
        bytes[NetworkBytes..].Clear();
        bytes[^1] = 1;
        return new ClientAddress(bytes, withoutZone);
    }

    /// <summary>
    /// The key for rate limits in 16 bytes: <c>::ffff:a.b.c.d</c> for IPv4, the /64 followed by <c>::1</c> for IPv6,
    /// all zeros only for <see cref="Unknown"/>.
    /// </summary>
    internal void WriteNetwork(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _network);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[NetworkBytes..], _last);
    }

    /// <summary>
    /// The text for an access-log row: null, <c>203.0.113.0/24</c> or <c>2001:db8:1::/48</c>, or the full address (at
    /// most 45 characters).
    /// </summary>
    public string? ToLogText(IpAddressLogging logging) => (logging, Address) switch
    {
        (IpAddressLogging.Off, _) or (_, null) => null,
        (IpAddressLogging.Full, _) => Address.ToString(),
        (_, { AddressFamily: AddressFamily.InterNetwork }) => Truncate(Address, 3),
        _ => Truncate(Address, 6),
    };

    public bool Equals(ClientAddress other) => _network == other._network && _last == other._last;

    public override int GetHashCode() => HashCode.Combine(_network, _last);

    /// <summary>Truncated, so that string interpolation cannot put a full address into a log.</summary>
    public override string ToString() => ToLogText(IpAddressLogging.Truncated) ?? "unknown";

    private static string Truncate(IPAddress address, int keptBytes)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        bytes = bytes[..length];
        bytes[keptBytes..].Clear();
        return $"{new IPAddress(bytes)}/{keptBytes * 8}";
    }
}
