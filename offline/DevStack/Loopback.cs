namespace AtpKeyserver.DevStack;

/// <summary>HTTP to this machine.</summary>
internal static class Loopback
{
    /// <summary>A client that never goes through a proxy that the machine may have.</summary>
    public static HttpClient Client(TimeSpan timeout) =>
        new(new SocketsHttpHandler { UseProxy = false }) { Timeout = timeout };
}
