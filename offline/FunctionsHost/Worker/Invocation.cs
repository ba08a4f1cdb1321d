using AtpKeyserver.FunctionsHost.Worker.Rpc;

namespace AtpKeyserver.FunctionsHost.Worker;

/// <summary>One call of a function that the worker is working on.</summary>
internal sealed class Invocation(string id, string function, long startedAt)
{
    private readonly TaskCompletionSource<StatusResult> _result = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id => id;

    public string Function => function;

    /// <summary>A timestamp of the host's clock.</summary>
    public long StartedAt => startedAt;

    /// <summary>
    /// What the worker said of the end. Fails with <see cref="WorkerLostException"/> when the worker ended first.
    /// </summary>
    public Task<StatusResult> Result => _result.Task;

    public void Complete(StatusResult result) => _result.TrySetResult(result);

    public void Lose()
    {
        _result.TrySetException(new WorkerLostException());
        // It may be that nobody waits any more.
        _ = _result.Task.Exception;
    }
}
