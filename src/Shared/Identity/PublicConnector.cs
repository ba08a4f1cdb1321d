using System.Net;
using System.Net.Sockets;

namespace AtpKeyserver.Identity;

/// <summary>
/// Opens the connections to hosts that strangers name. It looks the name up itself, connects to public addresses only and checks the
/// address once more on the open socket, so that no second answer of a name server slips in between. <c>localhost</c> means loopback, where
/// that is allowed.
/// </summary>
internal sealed class PublicConnector(
    bool allowLocalhost,
    Func<string, CancellationToken, Task<IPAddress[]>> lookUp,
    Func<Socket, IPEndPoint, CancellationToken, ValueTask> connect)
{
    /// <summary>How many addresses of one host are tried; all of them share the time of the request.</summary>
    private const int MaxAttempts = 4;

    public PublicConnector(bool allowLocalhost, Func<string, CancellationToken, Task<IPAddress[]>> lookUp)
        : this(allowLocalhost, lookUp, static (socket, address, cancellation) => socket.ConnectAsync(address, cancellation))
    {
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="HttpRequestException">No public address, or none that answers.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation)
    {
        var toLocalhost = allowLocalhost && host.Host == "localhost";
        var candidates = toLocalhost
            ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : (await lookUp(host.Host, cancellation)).Where(PublicAddresses.Contain).Take(MaxAttempts).ToArray();
        Exception? last = null;
        foreach (var address in candidates)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await connect(socket, new IPEndPoint(address, host.Port), cancellation);
                if (!IsAllowed(socket, toLocalhost))
                    throw new HttpRequestException("Connected to an address that is not public");
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                last = e;
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new HttpRequestException("The host has no public address that answers", last);
    }

    private static bool IsAllowed(Socket socket, bool toLocalhost) =>
        socket.RemoteEndPoint is IPEndPoint { Address: var address }
        && (toLocalhost ? IPAddress.IsLoopback(address) : PublicAddresses.Contain(address));
}
