using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Holds one storage call until the test has done something else.</summary>
public sealed class HeldTransport : HttpPipelineTransport, IDisposable
{
    private readonly HttpClientTransport _inner =
        new(new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4) }));
    private Func<string, bool> _isIt = _ => false;
    private Func<Task> _action = () => Task.CompletedTask;
    private int _armed;

    public bool WasHeld { get; private set; }

    /// <param name="isIt">Selects the call by method, path and query, unescaped.</param>
    /// <param name="action">Runs once before that call continues.</param>
    public void Hold(Func<string, bool> isIt, Func<Task> action)
    {
        (_isIt, _action) = (isIt, action);
        Volatile.Write(ref _armed, 1);
    }

    public override Request CreateRequest() => _inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var call = $"{message.Request.Method} {Uri.UnescapeDataString(message.Request.Uri.ToUri().PathAndQuery)}";
        if (_isIt(call) && Interlocked.Exchange(ref _armed, 0) == 1)
        {
            WasHeld = true;
            await _action();
        }

        await _inner.ProcessAsync(message);
    }

    public void Dispose() => _inner.Dispose();
}
