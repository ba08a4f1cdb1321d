using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>Holds calls until the test opens it. Afterwards all pass after a short delay inside.</summary>
public sealed class Turnstile : IDisposable
{
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _inside;

    /// <summary>The maximum number of concurrent calls inside.</summary>
    internal int MostInside { get; private set; }

    internal async Task PassAsync()
    {
        lock (_lock)
            MostInside = Math.Max(MostInside, ++_inside);
        _arrived.Release();
        await _open.Task;
        // The delay makes concurrent calls overlap.
        await Task.Delay(5);
        lock (_lock)
            _inside--;
    }

    internal async Task ArrivalsAsync(int count)
    {
        for (var i = 0; i < count; i++)
            Assert.True(await _arrived.WaitAsync(Eventually.Patience));
    }

    internal void Open() => _open.TrySetResult();

    public void Dispose() => _arrived.Dispose();
}
