namespace Microsoft.Azure.Functions.Worker.LocalHost.Routing;

/// <summary>Lets so many HTTP functions run at once; the next ones wait, until too many wait.</summary>
/// <remarks>
/// Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook (host.json: maxConcurrentRequests,
/// maxOutstandingRequests; the latter counts those that run).
/// </remarks>
internal sealed class RequestGate(int? concurrent, int? outstanding) : IDisposable
{
    private readonly SemaphoreSlim? _running = concurrent is { } limit ? new SemaphoreSlim(limit) : null;
    private readonly int _outstandingLimit = outstanding ?? int.MaxValue;
    private int _outstanding;

    /// <returns>Null when nothing is limited.</returns>
    internal static RequestGate? From(HostJson json) =>
        json.MaxConcurrentRequests is null && json.MaxOutstandingRequests is null
            ? null
            : new RequestGate(json.MaxConcurrentRequests, json.MaxOutstandingRequests);

    /// <returns>False: too busy. True: <see cref="WaitAsync"/> comes next.</returns>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _outstanding) <= _outstandingLimit)
            return true;
        Interlocked.Decrement(ref _outstanding);
        return false;
    }

    /// <summary>Waits for a turn.</summary>
    /// <returns>False: the caller went away meanwhile, and the request has left.</returns>
    internal async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            if (_running is not null)
                await _running.WaitAsync(cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            Interlocked.Decrement(ref _outstanding);
            return false;
        }
    }

    internal void Leave()
    {
        _running?.Release();
        Interlocked.Decrement(ref _outstanding);
    }

    public void Dispose() => _running?.Dispose();
}
