namespace AtpKeyserver.Tests.HostApp;

/// <summary>Calls wait here until the process gets SIGCONT.</summary>
public sealed class Gate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;
    private int _most;

    /// <summary>The maximum number of concurrently waiting calls.</summary>
    public int Most => _most;

    public void Open() => _opened.TrySetResult();

    public async Task PassAsync(CancellationToken cancellation)
    {
        var inside = Interlocked.Increment(ref _inside);
        for (var most = _most; inside > most; most = _most)
            Interlocked.CompareExchange(ref _most, inside, most);
        Console.WriteLine("Gate: arrived");
        try
        {
            await _opened.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Gate: cancelled");
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }
}
