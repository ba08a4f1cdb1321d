namespace AtpKeyserver.Client;

/// <summary>
/// Calls through the account's PDS, which creates the service token and proxies the call.
/// <see href="https://atproto.com/specs/xrpc#service-proxying"/>
/// </summary>
internal sealed class ProxyRoute(PdsSession session, string keyserverDid) : IRoute
{
    internal const string Header = "atproto-proxy";

    public ValueTask<Uri> OriginAsync(CancellationToken cancellation) => ValueTask.FromResult(session.Pds);

    public ValueTask AuthorizeAsync(
        HttpRequestMessage request, string nsid, bool anonymous, CancellationToken cancellation)
    {
        request.Headers.Add(Header, keyserverDid + ServiceAddress.Fragment);
        session.Authorize(request);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<bool> RenewAsync(
        string nsid, int status, string errorName, string? token, CancellationToken cancellation) =>
        errorName == PdsSession.ExpiredToken && await session.TryRefreshAsync(token, cancellation)
            .ConfigureAwait(false);

    public void Clear()
    {
        // The application owns the session.
    }

    public void Dispose()
    {
        // The application owns the session.
    }
}
