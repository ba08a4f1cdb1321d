using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// Reads <c>X-Forwarded-For: a, b, c</c> from the right, since each proxy appends the address of its caller. An entry
/// is <c>203.0.113.7</c>, <c>203.0.113.7:50000</c> (Azure's front end), <c>2001:db8::1</c>, <c>[2001:db8::1]</c> or
/// <c>[2001:db8::1]:443</c>.
/// </summary>
internal static class ForwardedFor
{
    /// <summary>An IPv4-mapped IPv6 address in brackets with a port: 45 + 2 + 6.</summary>
    private const int MaxEntryLength = 53;

    /// <summary>
    /// The address of the client behind this many proxies; see <see cref="RateLimitOptions.TrustedProxies"/>.
    /// </summary>
    public static ClientAddress ClientOf(HttpContext context, int trustedProxies)
    {
        if (trustedProxies == 0 || !context.Request.Headers.TryGetValue("X-Forwarded-For", out var lines))
            return ClientAddress.From(context.Connection.RemoteIpAddress);
        return TryRead(lines, trustedProxies, out var address) ? ClientAddress.From(address) : ClientAddress.Unknown;
    }

    /// <summary>
    /// Reads the entry at <paramref name="position"/> from the right, 1 being the last. False if there is none or it is
    /// not an address.
    /// </summary>
    public static bool TryRead(StringValues lines, int position, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        // Several header lines form one list (RFC 9110 section 5.3). Empty entries count, since a proxy adds exactly
        // one.
        for (var line = lines.Count - 1; line >= 0; line--)
        {
            var rest = lines[line].AsSpan();
            while (true)
            {
                var comma = rest.LastIndexOf(',');
                if (--position == 0)
                    return TryParse(rest[(comma + 1)..].Trim(" \t"), out address);
                if (comma < 0)
                    break;
                rest = rest[..comma];
            }
        }

        return false;
    }

    private static bool TryParse(ReadOnlySpan<char> entry, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (entry.Length > MaxEntryLength)
            return false;
        if (entry.StartsWith("["))
        {
            var end = entry.IndexOf(']');
            return end > 0 && IsPortOrNothing(entry[(end + 1)..]) && TryParseV6(entry[1..end], out address);
        }

        var colon = entry.IndexOf(':');
        if (colon >= 0 && entry[(colon + 1)..].Contains(':'))
            return TryParseV6(entry, out address);
        return colon < 0
            ? TryParseV4(entry, out address)
            : IsPortOrNothing(entry[colon..]) && TryParseV4(entry[..colon], out address);
    }

    private static bool IsPortOrNothing(ReadOnlySpan<char> text) =>
        text.IsEmpty
            || (text[0] == ':' && ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out _));

    /// <summary>
    /// Four decimal numbers. <see cref="IPAddress"/> also reads <c>1</c>, <c>0x7f.1</c> and <c>010.0.0.1</c>: those are
    /// rejected here.
    /// </summary>
    private static bool TryParseV4(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        Span<char> canonical = stackalloc char[15];
        return IPAddress.TryParse(text, out address)
            && address.AddressFamily == AddressFamily.InterNetwork
            && address.TryFormat(canonical, out var length)
            && text.Equals(canonical[..length], StringComparison.Ordinal);
    }

    private static bool TryParseV6(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return !text.ContainsAny("[]%/")
            && IPAddress.TryParse(text, out address)
            && address.AddressFamily == AddressFamily.InterNetworkV6;
    }
}
