using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Ends the life of an instance at one of its calls to the storage: from then on none gets through.</summary>
public sealed class CrashingTransport : HttpPipelineTransport, IDisposable
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("KEYSERVER_CRASH_POINTS") is { Length: > 0 };

    private readonly HttpClientTransport _inner = new(new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4) }));
    private int _left = int.MaxValue;
    private bool _answerIsLost;

    /// <summary>Whether the last call was reached.</summary>
    public bool HasCrashed => Volatile.Read(ref _left) < 0;

    /// <summary>How many calls the next crash comes later: each of the first ones, where things are decided, then every fourth, or all.</summary>
    public static int Step(int calls) => IsLong || calls < 12 ? 1 : 4;

    /// <summary>So many calls get through from now on. The one after them does not, or its answer does not come back.</summary>
    public void CrashAfter(int calls, bool answerIsLost)
    {
        _answerIsLost = answerIsLost;
        Volatile.Write(ref _left, calls);
    }

    public override Request CreateRequest() => _inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var left = Interlocked.Decrement(ref _left);
        if (left >= 0 || (left == -1 && _answerIsLost))
            await _inner.ProcessAsync(message);
        if (left < 0)
            throw new InvalidOperationException("This instance has crashed.");
    }

    public void Dispose() => _inner.Dispose();
}
