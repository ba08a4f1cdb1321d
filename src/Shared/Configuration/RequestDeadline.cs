namespace AtpKeyserver.Configuration;

/// <summary>The time limit of a request.</summary>
public static class RequestDeadline
{
    /// <summary>7 s, and up to 1 s to write the response under load: a PDS that proxies a request waits 10 s.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);
}
