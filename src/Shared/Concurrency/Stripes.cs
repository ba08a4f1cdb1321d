namespace AtpKeyserver.Concurrency;

/// <summary>
/// Serializes changes of one partition within this process, to avoid conflicts between optimistic transactions. A fixed
/// number of locks: unrelated ids may share one. Correctness does not depend on it.
/// </summary>
public sealed class Stripes : IDisposable
{
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Acquires the lock; dispose of the result to release it.</summary>
    public async Task<IDisposable> EnterAsync(string partition, CancellationToken cancellation)
    {
        var stripe = _locks[(uint)string.GetHashCode(partition, StringComparison.Ordinal) % _locks.Length];
        await stripe.WaitAsync(cancellation);
        return new Lease(stripe);
    }

    public void Dispose()
    {
        foreach (var stripe in _locks)
            stripe.Dispose();
    }

    private sealed class Lease(SemaphoreSlim stripe) : IDisposable
    {
        public void Dispose() => stripe.Release();
    }
}
