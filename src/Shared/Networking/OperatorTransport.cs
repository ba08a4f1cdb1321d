using Azure.Core.Pipeline;

namespace AtpKeyserver.Networking;

/// <summary>The HTTP transport of clients of the operator's services: storage and vault.</summary>
internal static class OperatorTransport
{
    /// <summary>Calls at the same time: enough for some 10,000 a second, without a storm of connections in a burst.</summary>
    public const int MaxCalls = 128;

    /// <param name="connector">Opens the connections.</param>
    /// <param name="idle">How long an unused connection is kept.</param>
    /// <param name="connectTimeout">Limits opening a connection.</param>
    public static HttpClientTransport Create(OperatorConnector connector, TimeSpan idle, TimeSpan connectTimeout)
    {
        var handler = connector.CreateHandler(connectTimeout);
        handler.PooledConnectionIdleTimeout = idle;
        handler.MaxConnectionsPerServer = MaxCalls;
        // The address of a name may change while connections stay busy.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        // What is sent to the operator's services goes nowhere else.
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        return new HttpClientTransport(new HttpClient(handler));
    }
}
