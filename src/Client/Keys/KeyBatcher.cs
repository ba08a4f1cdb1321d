namespace AtpKeyserver.Client;

/// <summary>
/// Collects the group keys that are requested within a few milliseconds and reads them with <c>group.getKeys</c>. A
/// single key is read with <c>group.getKey</c>, as are all keys of a server that has no <c>group.getKeys</c>. If the
/// server rejects one of the keys and with it the call, the keys are halved until that key is alone.
/// </summary>
internal sealed class KeyBatcher(KeyCalls calls, TimeProvider time, TimeSpan delay) : IDisposable
{
    /// <summary>
    /// How long a server that has no <c>group.getKeys</c> is not asked for it again. It may be upgraded.
    /// </summary>
    internal static readonly TimeSpan UnsupportedLifetime = TimeSpan.FromMinutes(10);

    /// <summary>The most concurrent calls that replace calls for many keys.</summary>
    internal const int MaxReplacementCalls = 4;

    private readonly SemaphoreSlim _replacementCalls = new(MaxReplacementCalls);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closed = new();
    private Dictionary<GroupKeyName, KeyRequest> _collected = [];
    private ITimer? _timer;

    /// <summary>When the server last turned out not to have <c>group.getKeys</c>; null if it may have it.</summary>
    private long? _unsupportedSince;

    public Task<GroupKey> GetAsync(string groupId, int? version, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        KeyCalls.RequirePositive(version);
        var name = new GroupKeyName(groupId, version);
        return delay == TimeSpan.Zero || !name.IsValid ? calls.GetGroupKeyAsync(groupId, version, cancellation)
            : IsUnsupported() ? ReadLimitedAsync(name, cancellation)
            : CollectAsync(name, cancellation);
    }

    public void Dispose()
    {
        // Not disposed: a call in progress may still use it.
        _closed.Cancel();
        foreach (var request in TakeCollected())
            request.Fail(Closed());
    }

    private async Task<GroupKey> CollectAsync(GroupKeyName name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        KeyRequest request;
        TaskCompletionSource<GroupKey> caller;
        lock (_lock)
        {
            if (_closed.IsCancellationRequested)
                throw Closed();
            if (!_collected.TryGetValue(name, out request!))
                _collected[name] = request = new KeyRequest(name);
            caller = request.AddCaller();
            _timer ??= time.CreateTimer(_ => Send(), null, delay, Timeout.InfiniteTimeSpan);
        }

        using var leaving = cancellation.UnsafeRegister(_ => Leave(request, caller, cancellation), null);
        return await caller.Task.ConfigureAwait(false);
    }

    /// <summary>Ends the wait of one caller, and the call if it was the last one.</summary>
    private void Leave(KeyRequest request, TaskCompletionSource<GroupKey> caller, CancellationToken cancellation)
    {
        if (!caller.TrySetCanceled(cancellation))
            return;
        lock (_lock)
        {
            if (--request.Waiting > 0)
                return;
            if (_collected.GetValueOrDefault(request.Name) == request)
                _collected.Remove(request.Name);
            if (request.Batch is null || --request.Batch.Waiting > 0)
                return;
        }

        request.Batch.Abandoned.Cancel();
    }

    private void Send()
    {
        foreach (var requests in KeyCalls.Split(TakeCollected(), request => request.Name))
        {
            KeyBatch batch;
            lock (_lock)
            {
                // Callers may have left since the requests were taken.
                var waiting = Array.FindAll(requests, request => request.Waiting > 0);
                batch = new KeyBatch(waiting);
                foreach (var request in waiting)
                    request.Batch = batch;
            }

            if (batch.Requests.Length > 0)
                _ = RunAsync(batch);
        }
    }

    private KeyRequest[] TakeCollected()
    {
        lock (_lock)
        {
            KeyRequest[] requests = [.. _collected.Values];
            _collected = [];
            _timer?.Dispose();
            _timer = null;
            return requests;
        }
    }

    private async Task RunAsync(KeyBatch batch)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, batch.Abandoned.Token);
        var completed = batch.Requests is [{ Name: var name } only]
            ? CompleteAsync(only, calls.GetGroupKeyAsync(name.GroupId, name.Version, stop.Token))
            : CompleteManyAsync(batch.Requests, isPart: false, stop.Token);
        await completed.ConfigureAwait(false);
    }

    /// <summary>Completes or fails the requests. Does not throw.</summary>
    private async Task CompleteManyAsync(KeyRequest[] requests, bool isPart, CancellationToken cancellation)
    {
        try
        {
            await ReadAsync(requests, isPart, cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            foreach (var request in requests)
                request.Fail(_closed.IsCancellationRequested ? Closed() : e);
        }
    }

    /// <param name="requests">At least two.</param>
    /// <param name="isPart">Whether the server rejected a call for more keys.</param>
    /// <param name="cancellation">Cancels the calls.</param>
    private async Task ReadAsync(KeyRequest[] requests, bool isPart, CancellationToken cancellation)
    {
        for (var tries = 0; requests.Length > 0; tries++)
        {
            if (tries > 0)
                await Task.Delay(Exchange.FirstDelay * (1 << (tries - 1)), time, cancellation).ConfigureAwait(false);
            try
            {
                requests = await ReadOnceAsync(
                    requests, isPart, mayRetry: tries < Exchange.MaxRetries, cancellation).ConfigureAwait(false);
            }
            catch (InvalidCallException e) when (e is { Status: 400, ErrorName: KeyserverErrors.InvalidRequest })
            {
                var half = requests.Length / 2;
                await Task.WhenAll(
                    CompletePartAsync(requests[..half], cancellation),
                    CompletePartAsync(requests[half..], cancellation)).ConfigureAwait(false);
                return;
            }
            catch (KeyserverException e)
                when (e is { Status: 404 or 501 } and not (PdsException or UpstreamException))
            {
                // Excluded are errors of the token, and statuses without an XRPC error: not a keyserver, but a PDS or a
                // proxy answered.
                SetUnsupported();
                await Task.WhenAll(requests.Select(request => CompleteAloneAsync(request, cancellation)))
                    .ConfigureAwait(false);
                return;
            }
        }
    }

    private Task CompletePartAsync(KeyRequest[] requests, CancellationToken cancellation) =>
        requests is [var only]
            ? CompleteAloneAsync(only, cancellation)
            : CompleteManyAsync(requests, isPart: true, cancellation);

    /// <returns>The requests to retry.</returns>
    private async Task<KeyRequest[]> ReadOnceAsync(
        KeyRequest[] requests, bool isPart, bool mayRetry, CancellationToken cancellation)
    {
        var names = Array.ConvertAll(requests, request => request.Name);
        var entries = isPart
            ? await LimitAsync(() => calls.GetGroupKeysAsync(names, cancellation), cancellation).ConfigureAwait(false)
            : await calls.GetGroupKeysAsync(names, cancellation).ConfigureAwait(false);
        var retried = new List<KeyRequest>();
        var created = new List<Task>();
        foreach (var (request, entry) in requests.Zip(entries))
        {
            using (entry)
            {
                if (entry.SecretKey is not null)
                    request.Complete(entry.Version!.Value, entry.SecretKey);
                else if (entry.Error == KeyserverErrors.GroupNotFound && request.Name.Version is null)
                    // Only the owner gets this error. The owner's first getKey creates the group.
                    created.Add(CompleteAloneAsync(request, cancellation));
                else if (mayRetry && entry.Error == KeyserverErrors.UpstreamFailure)
                    retried.Add(request);
                else
                    request.Fail(entry.Failure());
            }
        }

        await Task.WhenAll(created).ConfigureAwait(false);
        return [.. retried];
    }

    private Task CompleteAloneAsync(KeyRequest request, CancellationToken cancellation) =>
        CompleteAsync(request, ReadLimitedAsync(request.Name, cancellation));

    private async Task<GroupKey> ReadLimitedAsync(GroupKeyName name, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, cancellation);
        try
        {
            return await LimitAsync(
                () => calls.GetGroupKeyAsync(name.GroupId, name.Version, stop.Token), stop.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            throw Closed();
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            // With the caller's token instead of the linked one.
            throw new OperationCanceledException(e.Message, e, cancellation);
        }
    }

    private async Task<T> LimitAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        await _replacementCalls.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // A call that ends at the end of the client may wake this one before its own token is cancelled.
            _closed.Token.ThrowIfCancellationRequested();
            return await call().ConfigureAwait(false);
        }
        finally
        {
            _replacementCalls.Release();
        }
    }

    /// <summary>Completes or fails the request. Does not throw.</summary>
    private async Task CompleteAsync(KeyRequest request, Task<GroupKey> read)
    {
        try
        {
            using var key = await read.ConfigureAwait(false);
            request.Complete(key.Version, key.Key);
        }
        catch (Exception e)
        {
            request.Fail(_closed.IsCancellationRequested ? Closed() : e);
        }
    }

    private bool IsUnsupported()
    {
        lock (_lock)
            return _unsupportedSince is { } since && time.GetElapsedTime(since) < UnsupportedLifetime;
    }

    private void SetUnsupported()
    {
        lock (_lock)
            _unsupportedSince = time.GetTimestamp();
    }

    private static ObjectDisposedException Closed() => new(nameof(KeyserverClient));
}
