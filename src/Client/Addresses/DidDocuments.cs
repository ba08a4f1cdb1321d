namespace AtpKeyserver.Client;

/// <summary>
/// Reads DID documents of did:plc and of did:web with a host. <see href="https://atproto.com/specs/did"/>
/// </summary>
internal sealed class DidDocuments(Exchange exchange, KeyserverClientOptions options)
{
    /// <exception cref="GoneException">The DID does not exist.</exception>
    /// <exception cref="KeyserverException">NoService: the document is unusable; or no response.</exception>
    public async Task<DidDocument> ReadAsync(string did, CancellationToken cancellation = default)
    {
        var from = UriOf(did);
        using var reply = await exchange.SendAsync(
            _ => ValueTask.FromResult(new HttpRequestMessage(HttpMethod.Get, from)), true, false, cancellation)
            .ConfigureAwait(false);
        if (reply.Status >= 500)
            throw reply.Failure(change: false);
        if (reply.Status is 404 or 410)
            throw new GoneException(KeyserverErrors.NoService, $"{did} does not exist: {from} returned {reply.Status}.")
            {
                Status = reply.Status,
            };
        if (!reply.Succeeded)
            throw Unresolved(did, $"{from} returned {reply.Status}");
        var document = reply.Read(WireJson.Default.DidDocument);
        return document.Id == did
            ? document with { IsFromThisMachine = ServiceAddress.IsThisMachine(from) }
            : throw Unresolved(did, "the document belongs to another DID");
    }

    internal static KeyserverException Unresolved(string did, string why) =>
        new(KeyserverErrors.NoService, $"Cannot resolve {did}: {why}.");

    private Uri UriOf(string did)
    {
        const string web = "did:web:", plc = "did:plc:";
        if (did.StartsWith(plc, StringComparison.Ordinal))
            return new Uri(
                ServiceAddress.RequireOrigin(options.PlcDirectory),
                $"./{Uri.EscapeDataString(did)}".Replace("%3A", ":", StringComparison.Ordinal));
        if (did.StartsWith(web, StringComparison.Ordinal) && did.IndexOf(':', web.Length) < 0)
        {
            var host = did[web.Length..].Replace("%3A", ":", StringComparison.OrdinalIgnoreCase);
            var scheme = host == "localhost" || host.StartsWith("localhost:", StringComparison.Ordinal)
                ? "http"
                : "https";
            if (Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out var origin)
                && ServiceAddress.IsOrigin(origin))
                return new Uri(origin, ".well-known/did.json");
        }

        throw Unresolved(did, "only did:plc and did:web with a host are supported");
    }
}
