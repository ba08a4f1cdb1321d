using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.LocalHost;

/// <summary>Where the host listens and who may use its admin routes.</summary>
/// <param name="Urls">From <c>FUNCTIONS_HOST_URLS</c>, separated by semicolons.</param>
/// <param name="MasterKey">From <c>FUNCTIONS_MASTER_KEY</c>; null: whoever reaches the host is its administrator.</param>
internal sealed record HostSettings(IReadOnlyList<string> Urls, string? MasterKey)
{
    private const string DefaultUrls = "http://127.0.0.1:7071;http://[::1]:7071";

    /// <exception cref="InvalidOperationException">The admin routes would be open to other machines.</exception>
    internal static HostSettings Read(IConfiguration configuration)
    {
        var set = configuration["FUNCTIONS_HOST_URLS"];
        string[] urls = (string.IsNullOrWhiteSpace(set) ? DefaultUrls : set)
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var key = configuration["FUNCTIONS_MASTER_KEY"] is { Length: > 0 } value ? value : null;
        if (key is null && urls.FirstOrDefault(url => !IsLoopback(url)) is { } open)
            throw new InvalidOperationException($"{open} is open to other machines: set FUNCTIONS_MASTER_KEY, or listen on loopback.");
        return new HostSettings([.. urls.Where(url => !url.Contains("[::1]", StringComparison.Ordinal) || HasIpv6Loopback())], key);
    }

    private static bool IsLoopback(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IsLoopback;

    // Containers often have IPv6 sockets but no ::1.
    private static bool HasIpv6Loopback()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
