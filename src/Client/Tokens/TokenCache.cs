namespace AtpKeyserver.Client;

/// <summary>
/// Caches the tokens for one audience, per method, until 10 s before they expire. Concurrent callers share one call. In
/// memory only.
/// </summary>
internal sealed class TokenCache(TokenSource source, string audience, TimeProvider time) : IDisposable
{
    internal static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Token, DateTimeOffset End)> _tokens = [];
    private readonly Dictionary<string, Task<string>> _pending = [];
    private readonly HashSet<string> _singleUseMethods = [];
    private readonly CancellationTokenSource _closed = new();
    private int _generation;

    public ValueTask<string> GetAsync(string method, CancellationToken cancellation)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, typeof(KeyserverClient));
            if (!_singleUseMethods.Contains(method))
                return Shared(method, cancellation);
        }

        return new ValueTask<string>(source(audience, method, cancellation));
    }

    /// <summary>Removes a rejected token.</summary>
    /// <param name="method">The method of the token.</param>
    /// <param name="token">The rejected token. A newer token stays cached.</param>
    /// <param name="wasUsed">
    /// The server accepts each token once and rejected a used one. Tokens of this method are no longer cached.
    /// </param>
    public void Drop(string method, string? token, bool wasUsed)
    {
        lock (_lock)
        {
            if (_tokens.TryGetValue(method, out var kept) && kept.Token == token)
                _tokens.Remove(method);
            if (wasUsed)
                _singleUseMethods.Add(method);
        }
    }

    /// <summary>Removes all tokens. Calls in progress are not cached.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _generation++;
            _tokens.Clear();
            _pending.Clear();
        }
    }

    public void Dispose()
    {
        // Cancelled first, so that nothing is added after the removal. Not disposed: a call in progress may still use
        // it.
        _closed.Cancel();
        Clear();
    }

    private ValueTask<string> Shared(string method, CancellationToken cancellation)
    {
        if (_tokens.TryGetValue(method, out var kept) && kept.End - time.GetUtcNow() >= Margin)
            return ValueTask.FromResult(kept.Token);
        if (!_pending.TryGetValue(method, out var pending))
        {
            var generation = _generation;
            // Runs outside the lock. Other callers share it, so the first caller's cancellation must not end it.
            pending = Task.Run(() => FetchAsync(method, generation), CancellationToken.None);
            _pending[method] = pending;
        }

        return new ValueTask<string>(pending.WaitAsync(cancellation));
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
            Complete(method, generation, token);
        }
    }

    private void Complete(string method, int generation, string? token)
    {
        lock (_lock)
        {
            if (generation != _generation)
                return;
            _pending.Remove(method);
            if (token is not null && TokenLifetime.EndOf(token) is { } end)
                _tokens[method] = (token, end);
        }
    }
}
