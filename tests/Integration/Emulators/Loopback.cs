using System.Net;
using System.Net.Sockets;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>127.0.0.1 and, where the machine has it, ::1.</summary>
internal static class Loopback
{
    public static IReadOnlyList<IPAddress> Addresses { get; } =
        [.. new[] { IPAddress.Loopback, IPAddress.IPv6Loopback }.Where(IsThere)];

    /// <summary>A listener on a port that it occupies.</summary>
    public static TcpListener Take(IPAddress address, out int port)
    {
        var listener = new TcpListener(address, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    private static bool IsThere(IPAddress address)
    {
        try
        {
            using var listener = Take(address, out _);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
