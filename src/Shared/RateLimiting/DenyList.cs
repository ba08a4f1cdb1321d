using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// Accounts and networks that the operator blocks, validated at startup. At most <see cref="MaxEntries"/> of each.
/// </summary>
internal sealed class DenyList
{
    /// <summary>Networks are searched linearly: 1,000 take a few microseconds.</summary>
    public const int MaxEntries = 1000;

    private const int MappedPrefixLength = 96;

    private readonly FrozenSet<string> _dids;
    private readonly IPNetwork[] _networks;

    public DenyList(IEnumerable<string> dids, IEnumerable<string> networks)
    {
        _dids = dids.ToFrozenSet(StringComparer.Ordinal);
        _networks = [.. networks.Select(text => TryParseNetwork(text, out var network)
            ? network.Value
            : throw new FormatException($"'{text}' is not an IP address or CIDR block"))];
    }

    public bool Contains(Did did) => _dids.Contains(did.Value);

    /// <summary>Checks the full address, not the /64 used for budgets. An unknown address matches nothing.</summary>
    public bool Contains(ClientAddress client)
    {
        if (client.Address is not { } address)
            return false;
        foreach (var network in _networks)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Parses an address or a CIDR block without host bits: <c>203.0.113.7</c>, <c>203.0.113.0/24</c>,
    /// <c>2001:db8::/32</c>. IPv4-mapped blocks become IPv4, like client addresses.
    /// </summary>
    public static bool TryParseNetwork(string? text, [NotNullWhen(true)] out IPNetwork? network)
    {
        network = null;
        var parts = (text ?? "").Split('/', 3);
        if (parts.Length > 2 || parts[0].Contains('%') || !IPAddress.TryParse(parts[0], out var address))
            return false;
        var v4 = address.AddressFamily == AddressFamily.InterNetwork;
        if (v4 && parts[0] != address.ToString())
            return false;
        var prefix = v4 ? 32 : 128;
        if (parts.Length == 2)
        {
            if (!byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var written)
                || written > prefix)
            {
                return false;
            }

            prefix = written;
        }

        if (address.IsIPv4MappedToIPv6 && prefix >= MappedPrefixLength)
            (address, prefix) = (address.MapToIPv4(), prefix - MappedPrefixLength);
        if (!HasOnlyPrefix(address, prefix))
            return false;
        network = new IPNetwork(address, prefix);
        return true;
    }

    private static bool HasOnlyPrefix(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            if ((bytes[bit / 8] & (0x80 >> (bit % 8))) != 0)
                return false;
        }

        return true;
    }
}
