using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Networking;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Identity;

/// <summary>
/// did:plc documents: <c>GET {directory}/{did}</c>. The operator chooses the base URL, so it may be on any network;
/// responses have the same limits as untrusted ones.
/// <see href="https://web.plc.directory/spec/v0.1/did-plc"/>
/// </summary>
internal sealed class PlcDirectory(IOptions<KeyserverOptions> options, DocumentClient client)
    : IDidDocumentSource, IDisposable
{
    private readonly string _base = options.Value.PlcDirectory.TrimEnd('/');

    public PlcDirectory(IOptions<KeyserverOptions> options, OperatorConnector connector)
        : this(options, new DocumentClient(connector, keepsConnections: true))
    {
    }

    public ValueTask<byte[]?> FetchAsync(Did did, CancellationToken cancellation) =>
        client.GetAsync(new Uri($"{_base}/{did.Value}"), cancellation);

    public void Dispose() => client.Dispose();
}
