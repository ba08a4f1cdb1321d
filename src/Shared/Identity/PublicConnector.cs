using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Networking;

namespace AtpKeyserver.Identity;

/// <summary>
/// Opens the connections to hosts that strangers name. It looks the name up itself, connects to public addresses only and checks the
/// address once more on the open socket, so that no second answer of a name server slips in between. <c>localhost</c> means loopback, where
/// that is allowed.
/// </summary>
internal sealed class PublicConnector(
    bool allowLocalhost, Func<string, CancellationToken, Task<IPAddress[]>> lookUp, ConnectionRace race) : IConnector
{
    public PublicConnector(bool allowLocalhost, Func<string, CancellationToken, Task<IPAddress[]>> lookUp)
        : this(allowLocalhost, lookUp, new ConnectionRace(TimeProvider.System))
    {
    }

    /// <inheritdoc/>
    /// <exception cref="UnusableDocumentException">The name has no address.</exception>
    /// <exception cref="HttpRequestException">No public address, or none that answers.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation)
    {
        var toLocalhost = allowLocalhost && host.Host == "localhost";
        var addresses = toLocalhost
            ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : await lookUp(host.Host, cancellation);
        if (addresses.Length == 0)
            throw new UnusableDocumentException("The host of the DID does not exist");
        var candidates = toLocalhost ? addresses : addresses.Where(PublicAddresses.Contain);
        var socket = await race.RunAsync(candidates, host.Port, cancellation);
        if (IsAllowed(socket, toLocalhost))
            return new NetworkStream(socket, ownsSocket: true);
        socket.Dispose();
        throw new HttpRequestException("Connected to an address that is not public");
    }

    private static bool IsAllowed(Socket socket, bool toLocalhost) =>
        socket.RemoteEndPoint is IPEndPoint { Address: var address }
        && (toLocalhost ? IPAddress.IsLoopback(address) : PublicAddresses.Contain(address));
}
