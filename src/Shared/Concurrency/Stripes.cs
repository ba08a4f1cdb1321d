namespace AtpKeyserver.Concurrency;

/// <summary>
/// Lets one change of a partition at a time through in this process, so that writers of one group don't defeat each other's optimistic
/// transactions. A fixed number of locks: ids that share one only wait for each other. Correctness never rests on it.
/// </summary>
public sealed class Stripes : IDisposable
{
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the turn; disposing of the result ends it.</summary>
    public async Task<IDisposable> EnterAsync(string partition, CancellationToken cancellation)
    {
        var stripe = _locks[(uint)string.GetHashCode(partition, StringComparison.Ordinal) % _locks.Length];
        await stripe.WaitAsync(cancellation);
        return new Turn(stripe);
    }

    public void Dispose()
    {
        foreach (var stripe in _locks)
            stripe.Dispose();
    }

    private sealed class Turn(SemaphoreSlim stripe) : IDisposable
    {
        public void Dispose() => stripe.Release();
    }
}
