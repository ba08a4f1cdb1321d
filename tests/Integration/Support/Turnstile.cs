namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>Holds what comes until the test opens it, and tells how many are inside.</summary>
public sealed class Turnstile : IDisposable
{
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;

    internal int Inside => Volatile.Read(ref _inside);

    internal int MostInside { get; private set; }

    internal async Task PassAsync(CancellationToken cancellation)
    {
        var inside = Interlocked.Increment(ref _inside);
        lock (_arrived)
            MostInside = Math.Max(MostInside, inside);
        _arrived.Release();
        try
        {
            await _open.Task.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    internal async Task ArrivalsAsync(int count)
    {
        for (var i = 0; i < count; i++)
            Assert.True(await _arrived.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    internal void Open() => _open.TrySetResult();

    public void Dispose() => _arrived.Dispose();
}
