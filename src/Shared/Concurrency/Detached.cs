namespace AtpKeyserver.Concurrency;

/// <summary>Starts work that outlives the call that starts it.</summary>
internal static class Detached
{
    /// <summary>Runs without the context of the caller, such as its trace.</summary>
    public static Task Run(Func<Task> work)
    {
        using var flow = ExecutionContext.IsFlowSuppressed()
            ? default(AsyncFlowControl?)
            : ExecutionContext.SuppressFlow();
        return Task.Run(work, CancellationToken.None);
    }
}
