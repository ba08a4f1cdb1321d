namespace AtpKeyserver.Concurrency;

/// <summary>
/// Limits concurrent work to <c>count</c>. Others wait up to <c>maxWait</c>; if <see cref="MaxWaiting"/> already wait,
/// they are rejected at once, which bounds the memory used under overload.
/// </summary>
internal sealed class ConcurrencyLimiter(int count, TimeSpan maxWait) : IDisposable
{
    /// <summary>32 slots serve this many in 0.5 s if each is held for 15 ms.</summary>
    public const int MaxWaiting = 1024;

    private readonly SemaphoreSlim _free = new(count);
    private int _waiting;

    /// <summary>False if no slot became free in time. Otherwise release the slot with <see cref="Release"/>.</summary>
    public async ValueTask<bool> TryEnterAsync()
    {
        if (_free.Wait(0))
            return true;
        try
        {
            return Interlocked.Increment(ref _waiting) <= MaxWaiting && await _free.WaitAsync(maxWait);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Release() => _free.Release();

    public void Dispose() => _free.Dispose();
}
