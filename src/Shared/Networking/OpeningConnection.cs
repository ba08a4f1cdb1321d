namespace AtpKeyserver.Networking;

/// <summary>
/// Tracks the connections that one request opens. <see cref="SocketsHttpHandler"/> continues to open them for seconds
/// after the request is cancelled; <see cref="DisposeAsync"/> waits until that has ended, so that limits on requests
/// also limit connections.
/// </summary>
internal sealed class OpeningConnection : IAsyncDisposable
{
    private static readonly HttpRequestOptionsKey<OpeningConnection> Key = new("AtpKeyserver.OpeningConnection");

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;

    private OpeningConnection() => _stopped = _stop.Token;

    public static OpeningConnection Add(HttpRequestMessage request)
    {
        var opening = new OpeningConnection();
        request.Options.Set(Key, opening);
        return opening;
    }

    public static OpeningConnection Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var opening)
            ? opening
            : throw new InvalidOperationException("The request was not created by a document client");

    public async ValueTask<Stream> RunAsync(Func<CancellationToken, Task<Stream>> open, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopped);
        Task<Stream> running;
        lock (_gate)
        {
            either.Token.ThrowIfCancellationRequested();
            running = open(either.Token);
            _running = Task.WhenAll(_running, running);
        }

        return await running;
    }

    /// <summary>Cancels pending connection attempts and waits for their end. Later attempts fail.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task running;
        lock (_gate)
            running = _running;
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
