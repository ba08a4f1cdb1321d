using System.Net;
using System.Net.Sockets;

namespace AtpKeyserver.Networking;

/// <summary>
/// Distinguishes public addresses from local and special-purpose ones, because clients choose the hosts that this
/// server connects to. IPv4 is public unless listed; IPv6 only inside 2000::/3 and unless listed. IPv4-mapped addresses
/// count as IPv4; all other embeddings of IPv4 in IPv6 are rejected.
/// <see href="https://www.iana.org/assignments/iana-ipv4-special-registry/"/>,
/// <see href="https://www.iana.org/assignments/iana-ipv6-special-registry/"/>
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] NotPublic4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network
        IPNetwork.Parse("10.0.0.0/8"), // private
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"), // loopback
        IPNetwork.Parse("168.63.129.16/32"), // Azure platform services
        IPNetwork.Parse("169.254.0.0/16"), // link-local, including instance metadata
        IPNetwork.Parse("172.16.0.0/12"), // private
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays
        IPNetwork.Parse("192.168.0.0/16"), // private
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, including broadcast
    ];

    /// <summary>
    /// Exceptions within 2000::/3. Outside of it are loopback, NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), unique-local,
    /// link-local, site-local and multicast.
    /// </summary>
    private static readonly IPNetwork[] NotPublic6 =
    [
        IPNetwork.Parse("2001::/23"), // protocol assignments, including Teredo
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"), // 6to4
        IPNetwork.Parse("3ffe::/16"), // the former 6bone
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    public static bool Contain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !IsIn(NotPublic4, address),
            AddressFamily.InterNetworkV6 => GlobalUnicast.Contains(address) && !IsIn(NotPublic6, address),
            _ => false,
        };
    }

    private static bool IsIn(IPNetwork[] networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }
}
