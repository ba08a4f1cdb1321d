using AtpKeyserver.FunctionsHost.Worker.Rpc;

namespace AtpKeyserver.FunctionsHost.Worker;

/// <summary>A function call in progress.</summary>
internal sealed class Invocation(string id, string function, long startedAt)
{
    private readonly TaskCompletionSource<StatusResult> _result = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id => id;

    public string Function => function;

    /// <summary>A timestamp of the host's clock.</summary>
    public long StartedAt => startedAt;

    /// <summary>The worker's result. Fails with <see cref="WorkerLostException"/> if the worker ended first.</summary>
    public Task<StatusResult> Result => _result.Task;

    public void Complete(StatusResult result) => _result.TrySetResult(result);

    public void Lose()
    {
        _result.TrySetException(new WorkerLostException());
        // Marks the exception as observed: the caller may have stopped waiting.
        _ = _result.Task.Exception;
    }
}
