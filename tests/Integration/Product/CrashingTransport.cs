using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Stops an instance at one of its storage calls: all later calls fail.</summary>
public sealed class CrashingTransport : HttpPipelineTransport, IDisposable
{
    private static readonly bool IsLong =
        Environment.GetEnvironmentVariable("KEYSERVER_CRASH_POINTS") is { Length: > 0 };

    private readonly HttpClientTransport _inner =
        new(new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4) }));
    private int _left = int.MaxValue;
    private bool _answerIsLost;

    /// <summary>Whether the crash point was reached.</summary>
    public bool HasCrashed => Volatile.Read(ref _left) < 0;

    /// <summary>
    /// The distance to the next crash point: 1 for the first calls, where changes commit, then 4; or always 1.
    /// </summary>
    public static int Step(int calls) => IsLong || calls < 12 ? 1 : 4;

    /// <summary>Allows this many calls. The next one fails, or its response is lost.</summary>
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
