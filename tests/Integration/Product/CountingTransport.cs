using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Records storage calls: method, path and query, unescaped.</summary>
public sealed class CountingTransport : HttpPipelineTransport, IDisposable
{
    private readonly HttpClientTransport _inner =
        new(new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4) }));

    private ConcurrentQueue<string> _calls = new();

    /// <summary>The calls since the last read, in the order of their start.</summary>
    public IReadOnlyList<string> Take() => [.. Interlocked.Exchange(ref _calls, new())];

    public override Request CreateRequest() => _inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        _calls.Enqueue($"{message.Request.Method} {Uri.UnescapeDataString(message.Request.Uri.ToUri().PathAndQuery)}");
        await _inner.ProcessAsync(message);
    }

    public void Dispose() => _inner.Dispose();
}
