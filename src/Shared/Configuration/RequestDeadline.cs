namespace AtpKeyserver.Configuration;

/// <summary>When a request gives up.</summary>
public static class RequestDeadline
{
    /// <summary>
    /// A client is answered within 8 s, of which a busy machine may need one to write the answer. A PDS that proxies for
    /// its user waits 10 s.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);
}
