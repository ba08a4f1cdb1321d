using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace AtpKeyserver.DevStack;

/// <summary>
/// TCP ports that are free on both loopback addresses, because <c>localhost</c> may resolve to either.
/// </summary>
public static class LoopbackPort
{
    // Below 32768, the start of Linux's ephemeral ports, so that a stored port is likely to stay free.
    private const int First = 20_000;
    private const int End = 32_000;

    /// <summary>Whether this machine has ::1; many containers do not.</summary>
    public static bool HasIPv6 { get; } = CanListen(IPAddress.IPv6Loopback, 0);

    // Ports reserved until this process ends. All stacks on this machine share this folder.
    private static readonly string Reservations = Path.Combine(Path.GetTempPath(), "atp-keyserver-ports");
    private static readonly ConcurrentBag<FileStream> Reserved = [];

    /// <summary>Chooses and reserves a free port.</summary>
    public static int Choose()
    {
        Directory.CreateDirectory(Reservations);
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            if (TryReserve(port) && IsFree(port))
                return port;
        }

        throw new StackException($"There is no free port from {First} to {End}.");
    }

    /// <summary>Reserves the port if it is free, or else chooses another one.</summary>
    public static int ChooseOr(int preferred) =>
        preferred <= IPEndPoint.MaxPort && TryReserve(preferred) && IsFree(preferred) ? preferred : Choose();

    public static bool IsFree(int port) =>
        CanListen(IPAddress.Loopback, port) && (!HasIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    private static bool TryReserve(int port)
    {
        try
        {
            var path = Path.Combine(Reservations, port.ToString(CultureInfo.InvariantCulture));
            Reserved.Add(new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
