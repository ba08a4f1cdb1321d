namespace AtpKeyserver.Client;

/// <summary>The default <see cref="HttpClient"/>. It does not follow redirects or store cookies.</summary>
internal static class SharedHttp
{
    internal static HttpClient Client { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // Picks up DNS changes.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        // Exchange limits each attempt.
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };
}
