using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Holds up the first call to the storage that a test waits for, until the test has done something else.</summary>
public sealed class HeldTransport : HttpPipelineTransport, IDisposable
{
    private readonly HttpClientTransport _inner = new(new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4) }));
    private Func<string, bool> _isIt = _ => false;
    private Func<Task> _meanwhile = () => Task.CompletedTask;
    private int _armed;

    public bool WasHeld { get; private set; }

    /// <param name="isIt">Told the method, the path and the query of a call, unescaped.</param>
    /// <param name="meanwhile">Done once, before that call goes on.</param>
    public void Hold(Func<string, bool> isIt, Func<Task> meanwhile)
    {
        (_isIt, _meanwhile) = (isIt, meanwhile);
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
            await _meanwhile();
        }

        await _inner.ProcessAsync(message);
    }

    public void Dispose() => _inner.Dispose();
}
