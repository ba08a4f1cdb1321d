using System.Net;

namespace AtpKeyserver.Networking;

/// <summary>Opens TCP connections.</summary>
internal interface IConnector
{
    /// <summary>Returns an open connection. All attempts have ended when this returns or throws.</summary>
    /// <exception cref="HttpRequestException">No address of the host answers.</exception>
    public ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation);
}
