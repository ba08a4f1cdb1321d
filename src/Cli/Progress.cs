namespace AtpKeyserver.Cli;

/// <summary>
/// A line on the terminal that counts while a command works; nothing if standard error is redirected.
/// </summary>
/// <param name="one">What is counted, such as <c>entry</c>.</param>
/// <param name="many">Such as <c>entries</c>.</param>
internal sealed class Progress(string one, string many) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private const string Clear = "\r\u001B[K";

    private readonly TimeProvider _clock = TimeProvider.System;
    private long _shownAt;
    private bool _isShown;

    /// <summary>Reports the count so far, and the total if it is known.</summary>
    public void Report(long count, long? total = null)
    {
        if (Console.IsErrorRedirected || (_shownAt != 0 && _clock.GetElapsedTime(_shownAt) < Interval))
            return;
        (_shownAt, _isShown) = (_clock.GetTimestamp(), true);
        Console.Error.Write(
            Clear + (total is null ? "" : $"{count:N0} of ") + Output.Count(total ?? count, one, many));
    }

    /// <summary>Reports that the command waits until a rate limit allows the next call.</summary>
    public void ReportWait(TimeSpan wait)
    {
        if (Console.IsErrorRedirected)
            return;
        // The next count is shown at once.
        (_shownAt, _isShown) = (0, true);
        Console.Error.Write($"{Clear}Rate limit exceeded: waiting {Math.Ceiling(wait.TotalSeconds):N0} s");
    }

    /// <summary>Counts the elements of a list as they arrive.</summary>
    public async Task<T[]> CollectAsync<T>(IAsyncEnumerable<T> items, CancellationToken cancellation)
    {
        var all = new List<T>();
        await foreach (var item in items.WithCancellation(cancellation))
        {
            all.Add(item);
            Report(all.Count);
        }

        return [.. all];
    }

    /// <summary>Removes the line.</summary>
    public void Dispose()
    {
        if (_isShown)
            Console.Error.Write(Clear);
    }
}
