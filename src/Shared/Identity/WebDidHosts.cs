using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Networking;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Identity;

/// <summary>
/// did:web documents: <c>GET https://{host}/.well-known/did.json</c>, port 443, public addresses only. In development
/// <c>did:web:localhost%3A{port}</c> is fetched over http on loopback.
/// <see href="https://w3c-ccg.github.io/did-method-web/"/>
/// </summary>
internal sealed class WebDidHosts(IOptions<KeyserverOptions> options, DocumentClient client)
    : IDidDocumentSource, IDisposable
{
    private readonly bool _allowLocalhost = options.Value.AllowLocalhost;

    public WebDidHosts(IOptions<KeyserverOptions> options, HostAddresses addresses)
        : this(
            options,
            new DocumentClient(
                new PublicConnector(options.Value.AllowLocalhost, addresses.FindAsync), keepsConnections: false))
    {
    }

    public ValueTask<byte[]?> FetchAsync(Did did, CancellationToken cancellation)
    {
        if (did.IsLocalhost && !_allowLocalhost)
            throw new UnusableDocumentException("did:web:localhost is for development only");
        return client.GetAsync(Address(did), cancellation);
    }

    public void Dispose() => client.Dispose();

    private static Uri Address(Did did)
    {
        var host = did.Identifier.ToString();
        return did.IsLocalhost
            ? new Uri($"http://{host.Replace("%3A", ":", StringComparison.Ordinal)}/.well-known/did.json")
            : new Uri($"https://{host}/.well-known/did.json");
    }
}
