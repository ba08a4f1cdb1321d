namespace AtpKeyserver.Client;

/// <summary>
/// The tokens for one audience, by method: each kept until 10 s before it ends, and renewed by one call however many
/// wait for it. In memory only.
/// </summary>
internal sealed class TokenCache(TokenSource source, string audience, TimeProvider time) : IDisposable
{
    internal static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Token, DateTimeOffset End)> _tokens = [];
    private readonly Dictionary<string, Task<string>> _flights = [];
    private readonly HashSet<string> _goodForOneCall = [];
    private readonly CancellationTokenSource _closed = new();
    private int _generation;

    public ValueTask<string> GetAsync(string method, CancellationToken cancellation)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, typeof(KeyserverClient));
            if (!_goodForOneCall.Contains(method))
                return Shared(method, cancellation);
        }

        return new ValueTask<string>(source(audience, method, cancellation));
    }

    /// <summary>Forgets the token that was refused.</summary>
    /// <param name="method">What it was for.</param>
    /// <param name="token">The token. One that took its place stays.</param>
    /// <param name="wasUsed">
    /// It was refused because it was used before: the server takes each once. So none is kept from now on.
    /// </param>
    public void Drop(string method, string? token, bool wasUsed)
    {
        lock (_lock)
        {
            if (_tokens.TryGetValue(method, out var kept) && kept.Token == token)
                _tokens.Remove(method);
            if (wasUsed)
                _goodForOneCall.Add(method);
        }
    }

    /// <summary>Forgets all; what is being fetched is not kept.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _generation++;
            _tokens.Clear();
            _flights.Clear();
        }
    }

    public void Dispose()
    {
        // First, so that nothing comes in after all was forgotten. Not disposed: a flight may still look at it.
        _closed.Cancel();
        Clear();
    }

    private ValueTask<string> Shared(string method, CancellationToken cancellation)
    {
        if (_tokens.TryGetValue(method, out var kept) && kept.End - time.GetUtcNow() >= Margin)
            return ValueTask.FromResult(kept.Token);
        if (!_flights.TryGetValue(method, out var flight))
        {
            var generation = _generation;
            // Not under the lock, and not cancelled by the one caller who happened to be first.
            flight = Task.Run(() => FetchAsync(method, generation), CancellationToken.None);
            _flights[method] = flight;
        }

        return new ValueTask<string>(flight.WaitAsync(cancellation));
    }

    private async Task<string> FetchAsync(string method, int generation)
    {
        string? token = null;
        try
        {
            token = await source(audience, method, _closed.Token).ConfigureAwait(false);
            return token;
        }
        finally
        {
            Land(method, generation, token);
        }
    }

    private void Land(string method, int generation, string? token)
    {
        lock (_lock)
        {
            if (generation != _generation)
                return;
            _flights.Remove(method);
            if (token is not null && TokenLifetime.EndOf(token) is { } end)
                _tokens[method] = (token, end);
        }
    }
}
