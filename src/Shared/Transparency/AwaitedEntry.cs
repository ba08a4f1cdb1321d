using AtpKeyserver.Tlog;

namespace AtpKeyserver.Transparency;

/// <summary>An entry to append, and the task that its callers await.</summary>
internal sealed class AwaitedEntry(LogEntry entry)
{
    private readonly TaskCompletionSource<long> _index = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LogEntry Entry => entry;

    /// <summary>Whether the previous entry of the chain is known to be in the log, or there is none.</summary>
    public bool HasPredecessor { get; set; }

    public Task<long> Index => _index.Task;

    /// <summary>Neither in the log nor refused yet.</summary>
    public bool IsOpen => !Index.IsCompleted;

    public bool IsAppended => Index.IsCompletedSuccessfully;

    public void Succeed(long index) => _index.TrySetResult(index);

    public void Fail(Exception e)
    {
        if (_index.TrySetException(e))
            _ = Index.Exception; // Observed, also if the caller has left.
    }
}
