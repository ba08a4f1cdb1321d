namespace AtpKeyserver.Concurrency;

/// <summary>
/// So many at a time; whoever finds them all taken waits a while, unless <see cref="MaxWaiting"/> wait already: a flood takes no more memory
/// than that.
/// </summary>
internal sealed class ConcurrencyLimiter(int count, TimeSpan patience) : IDisposable
{
    /// <summary>What 32 places serve within half a second when each is taken for 15 ms.</summary>
    public const int MaxWaiting = 1024;

    private readonly SemaphoreSlim _free = new(count);
    private int _waiting;

    /// <summary>False where none became free in time; otherwise <see cref="Leave"/> gives the place back.</summary>
    public async ValueTask<bool> TryEnterAsync()
    {
        if (_free.Wait(0))
            return true;
        try
        {
            return Interlocked.Increment(ref _waiting) <= MaxWaiting && await _free.WaitAsync(patience);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Leave() => _free.Release();

    public void Dispose() => _free.Dispose();
}
