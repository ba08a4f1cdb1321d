using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Runs a callback before each storage call, which may also block it forever.</summary>
/// <param name="before">
/// Gets the method, the path and the query of a call, unescaped, and the caller's cancellation.
/// </param>
public sealed class InterferingTransport(Func<string, CancellationToken, Task> before) : HttpPipelineTransport,
    IDisposable
{
    private readonly HttpClientTransport _inner =
        new(new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4) }));

    public override Request CreateRequest() => _inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var call = $"{message.Request.Method} {Uri.UnescapeDataString(message.Request.Uri.ToUri().PathAndQuery)}";
        await before(call, message.CancellationToken);
        await _inner.ProcessAsync(message);
    }

    public void Dispose() => _inner.Dispose();
}
