using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Networking;

namespace AtpKeyserver.Identity;

/// <summary>
/// Connects to untrusted hosts. Resolves the name itself, connects only to public addresses and checks the address
/// again on the connected socket, which prevents DNS rebinding. <c>localhost</c> means loopback if allowed.
/// </summary>
internal sealed class PublicConnector(
    bool allowLocalhost, Func<string, CancellationToken, Task<IPAddress[]>> resolve, ConnectionRace race) : IConnector
{
    public PublicConnector(bool allowLocalhost, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
        : this(allowLocalhost, resolve, new ConnectionRace(TimeProvider.System))
    {
    }

    /// <inheritdoc/>
    /// <exception cref="UnusableDocumentException">The host name has no address.</exception>
    /// <exception cref="HttpRequestException">There is no public address, or none answers.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation)
    {
        var toLocalhost = allowLocalhost && host.Host == "localhost";
        var addresses = toLocalhost
            ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : await resolve(host.Host, cancellation);
        if (addresses.Length == 0)
            throw new UnusableDocumentException("The DID's host does not exist");
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
