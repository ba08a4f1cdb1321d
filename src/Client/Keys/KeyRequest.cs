namespace AtpKeyserver.Client;

/// <summary>A key that one or more callers wait for. Each gets a copy. Counts are guarded by the batcher.</summary>
internal sealed class KeyRequest(GroupKeyName name)
{
    private readonly List<TaskCompletionSource<GroupKey>> _callers = [];

    public GroupKeyName Name => name;

    /// <summary>The callers that still wait.</summary>
    public int Waiting { get; set; }

    /// <summary>The call; null while keys are collected.</summary>
    public KeyBatch? Batch { get; set; }

    public TaskCompletionSource<GroupKey> AddCaller()
    {
        var caller = new TaskCompletionSource<GroupKey>(TaskCreationOptions.RunContinuationsAsynchronously);
        _callers.Add(caller);
        Waiting++;
        return caller;
    }

    public void Complete(int version, ReadOnlySpan<byte> secret)
    {
        foreach (var caller in _callers)
        {
            var copy = GC.AllocateUninitializedArray<byte>(secret.Length, pinned: true);
            secret.CopyTo(copy);
            var key = new GroupKey(name.GroupId, copy, version);
            if (!caller.TrySetResult(key))
                key.Dispose();
        }
    }

    public void Fail(Exception failure)
    {
        foreach (var caller in _callers)
            caller.TrySetException(failure);
    }
}
