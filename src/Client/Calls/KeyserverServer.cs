namespace AtpKeyserver.Client;

/// <summary>The keyserver itself. Needs no token.</summary>
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

    /// <summary>Limits and features, from the running settings.</summary>
    public Task<ServerDescription> DescribeAsync(CancellationToken cancellation = default) =>
        _xrpc.QueryAsync(Nsid.DescribeServer, Parameters.None, WireJson.Default.ServerDescription, cancellation,
            anonymous: true);

    /// <summary>The keyserver's origin: that of the options, or what its DID document says.</summary>
    /// <exception cref="KeyserverException">
    /// The document cannot be had, or names no https origin: <see cref="KeyserverErrors.NoService"/>.
    /// </exception>
    public Task<Uri> GetAddressAsync(CancellationToken cancellation = default) =>
        _address.GetAsync(cancellation).AsTask();

    /// <summary>Name and version of the software.</summary>
    public async Task<ServerProduct> GetProductAsync(CancellationToken cancellation = default)
    {
        using var reply = await GetAsync("", retry: true, cancellation).ConfigureAwait(false);
        return reply.Read(WireJson.Default.ServerProduct);
    }

    /// <summary>
    /// Whether it can work now, as it says itself: false where its store or vault cannot be reached. Asks once.
    /// </summary>
    /// <exception cref="UpstreamException">There was no answer.</exception>
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
