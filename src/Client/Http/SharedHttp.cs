namespace AtpKeyserver.Client;

/// <summary>
/// For applications that bring no <see cref="HttpClient"/> of their own. Follows no redirect, keeps no cookie.
/// </summary>
internal static class SharedHttp
{
    internal static HttpClient Client { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // DNS changes are seen.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        // Exchange has one for each try.
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };
}
