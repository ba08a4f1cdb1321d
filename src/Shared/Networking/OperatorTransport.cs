using Azure.Core.Pipeline;

namespace AtpKeyserver.Networking;

/// <summary>The HTTP transport for storage and Key Vault.</summary>
internal static class OperatorTransport
{
    /// <summary>
    /// Maximum concurrent calls: enough for about 10,000 per second, without a burst opening too many connections.
    /// </summary>
    public const int MaxCalls = 128;

    /// <param name="connector">Opens the connections.</param>
    /// <param name="idle">How long idle connections are kept.</param>
    /// <param name="connectTimeout">Limits opening a connection.</param>
    public static HttpClientTransport Create(OperatorConnector connector, TimeSpan idle, TimeSpan connectTimeout)
    {
        var handler = connector.CreateHandler(connectTimeout);
        handler.PooledConnectionIdleTimeout = idle;
        handler.MaxConnectionsPerServer = MaxCalls;
        // DNS records may change while connections stay busy.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        // Requests must not follow redirects to other hosts.
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        return new HttpClientTransport(new HttpClient(handler));
    }
}
