namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>A scoped service that tells how many there were and whether they were disposed.</summary>
public sealed class ScopedThing : IDisposable
{
    private readonly Counter _counter;

    public ScopedThing(Counter counter)
    {
        _counter = counter;
        Number = Interlocked.Increment(ref counter.Made);
    }

    public int Number { get; }

    public void Dispose() => Interlocked.Increment(ref _counter.Disposed);

    /// <summary>A singleton.</summary>
    public sealed class Counter
    {
        internal int Made;
        internal int Disposed;
    }
}
