using System.Net;

namespace AtpKeyserver.Networking;

/// <summary>Opens the TCP connections of a <see cref="DocumentClient"/>.</summary>
internal interface IConnector
{
    /// <summary>An open connection. Every attempt has ended when this returns or throws.</summary>
    /// <exception cref="HttpRequestException">No address of the host answers.</exception>
    public ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation);
}
