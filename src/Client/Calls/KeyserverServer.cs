namespace AtpKeyserver.Client;

/// <summary>Describes the keyserver. No token is needed.</summary>
public sealed class KeyserverServer
{
    private readonly XrpcChannel _xrpc;
    private readonly Exchange _exchange;
    private readonly ServiceAddress _address;

    internal KeyserverServer(XrpcChannel xrpc, Exchange exchange, ServiceAddress address)
    {
        _xrpc = xrpc;
        _exchange = exchange;
        _address = address;
    }

    /// <summary>Reads the server's limits and features.</summary>
    public Task<ServerDescription> DescribeAsync(CancellationToken cancellation = default) =>
        _xrpc.QueryAsync(
            Nsid.Server + "describeServer",
            Parameters.None,
            WireJson.Default.ServerDescription,
            cancellation,
            anonymous: true);

    /// <summary>Returns the keyserver's origin, from the options or its DID document.</summary>
    /// <exception cref="KeyserverException">
    /// The document is unavailable or has no https origin: <see cref="KeyserverErrors.NoService"/>.
    /// </exception>
    public Task<Uri> GetAddressAsync(CancellationToken cancellation = default) =>
        _address.GetAsync(cancellation).AsTask();

    /// <summary>Reads the name and version of the software.</summary>
    public async Task<ServerProduct> GetProductAsync(CancellationToken cancellation = default)
    {
        using var reply = await GetAsync("", retry: true, cancellation).ConfigureAwait(false);
        return reply.Read(WireJson.Default.ServerProduct);
    }

    /// <summary>
    /// Reads the health status: false if the server cannot reach its storage or vault. Does not retry.
    /// </summary>
    /// <exception cref="UpstreamException">The server did not respond.</exception>
    public async Task<bool> IsHealthyAsync(CancellationToken cancellation = default)
    {
        using var reply = await GetAsync("xrpc/_health", retry: false, cancellation).ConfigureAwait(false);
        return reply.Succeeded;
    }

    private async Task<Reply> GetAsync(string path, bool retry, CancellationToken cancellation)
    {
        var uri = new Uri(await _address.GetAsync(cancellation).ConfigureAwait(false), path);
        return await _exchange.SendAsync(
            _ => ValueTask.FromResult(new HttpRequestMessage(HttpMethod.Get, uri)), retry, change: false, cancellation)
            .ConfigureAwait(false);
    }
}
