using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace AtpKeyserver.Identifiers;

/// <summary>
/// Where a call came from. Two addresses are equal if one budget counts them: the same IPv4 address (IPv4-mapped IPv6 is folded to it),
/// or the same /64 of IPv6, the least that a subscriber gets (RFC 6177). <see cref="Unknown"/> shares one budget.
/// </summary>
public readonly record struct ClientAddress
{
    /// <summary>The network part of an IPv6 address in bytes; a /64.</summary>
    private const int NetworkBytes = 8;

    // Not a UInt128: what one passes through is not compiled ahead of time (docs/adr/0018), and that is most of a call.
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
    /// The whole address, IPv4-mapped folded and without a zone; null if <see cref="Unknown"/>. Only the access log may keep it.
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
    /// What budgets count: 16 bytes, an IPv4 address as <c>::ffff:a.b.c.d</c>, or an IPv6 /64 followed by <c>::1</c>, so that no network
    /// is 0; 0 is <see cref="Unknown"/>.
    /// </summary>
    internal void WriteNetwork(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _network);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[NetworkBytes..], _last);
    }

    /// <summary>
    /// What a row of the access log may say: null, <c>203.0.113.0/24</c> or <c>2001:db8:1::/48</c>, or the whole address (at most 45
    /// characters).
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

    /// <summary>Only the network: a whole address must not get into a log by an interpolated string.</summary>
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
