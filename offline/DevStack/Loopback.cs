namespace AtpKeyserver.DevStack;

/// <summary>HTTP clients for this machine.</summary>
internal static class Loopback
{
    /// <summary>Creates a client that ignores the machine's proxy.</summary>
    public static HttpClient Client(TimeSpan timeout) =>
        new(new SocketsHttpHandler { UseProxy = false }) { Timeout = timeout };
}
