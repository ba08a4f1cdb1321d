namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>Events in order. A test waits for the events that it expects.</summary>
internal sealed class Observed<T>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly Lock _lock = new();
    private readonly List<T> _all = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<T> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    public void Add(T item)
    {
        lock (_lock)
        {
            _all.Add(item);
            _more.SetResult();
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits for the first match, including past events.</summary>
    public async Task<T> FirstAsync(Func<T, bool> matches) => (await FirstAsync(1, matches))[0];

    /// <summary>Waits for this many matches.</summary>
    public async Task<IReadOnlyList<T>> FirstAsync(int count, Func<T, bool> matches)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                var found = _all.Where(matches).Take(count).ToArray();
                if (found.Length == count)
                    return found;
                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail(
                    $"Not seen in {Limit.TotalSeconds} s. "
                    + $"Seen:{Environment.NewLine}{string.Join(Environment.NewLine, All)}");
            }
        }
    }
}
