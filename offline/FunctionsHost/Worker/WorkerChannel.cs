using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using AtpKeyserver.FunctionsHost.Worker.Rpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using RpcException = Grpc.Core.RpcException;

namespace AtpKeyserver.FunctionsHost.Worker;

/// <summary>The two-way stream of messages with one worker.</summary>
internal sealed class WorkerChannel(HostLog log, TimeProvider clock)
{
    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);

    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(
        new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, Invocation> _invocations = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _awaited = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the worker has connected.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Completes when the worker has disconnected or <see cref="Close"/> was called.</summary>
    public Task Closed => _closed.Task;

    public IEnumerable<Invocation> Invocations => _invocations.Values;

    /// <summary>Transfers messages until the worker or the host ends the stream.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing,
        CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _connected.TrySetResult();
        var sending = SendAllAsync(outgoing, end);
        try
        {
            while (await incoming.MoveNext(end.Token))
                Receive(incoming.Current);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or RpcException)
        {
            // The worker disconnected, or the host is stopping.
        }
        finally
        {
            Close();
            await end.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends a message and waits for the response.</summary>
    /// <param name="message">Without a request id.</param>
    /// <param name="answer">The kind of the response.</param>
    /// <param name="key">Distinguishes responses of this kind.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="WorkerLostException">The worker disconnected before it responded.</exception>
    public async Task<StreamingMessage> AskAsync(
        StreamingMessage message, StreamingMessage.ContentOneofCase answer, string key, CancellationToken cancellation)
    {
        var awaited = _awaited.GetOrAdd(
            $"{answer} {key}", _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (Closed.IsCompleted)
            throw new WorkerLostException();
        Send(message);
        return await awaited.Task.WaitAsync(cancellation);
    }

    /// <summary>Starts a call. <see cref="Invocation.Result"/> has its result.</summary>
    public Invocation Start(string function, InvocationRequest request)
    {
        var invocation = new Invocation(NewId(), function, clock.GetTimestamp());
        request.InvocationId = invocation.Id;
        _invocations[invocation.Id] = invocation;
        if (Closed.IsCompleted)
            Lose(invocation);
        else
            Send(new StreamingMessage { InvocationRequest = request });
        return invocation;
    }

    /// <summary>Cancels the function's token.</summary>
    public void Cancel(Invocation invocation) =>
        Send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocation.Id } });

    /// <summary>Requests a graceful stop of the worker.</summary>
    public void Terminate(TimeSpan grace) =>
        Send(
            new StreamingMessage { WorkerTerminate = new WorkerTerminate { GracePeriod = Duration.FromTimeSpan(
            grace) } });

    /// <summary>Fails all calls and requests in progress.</summary>
    public void Close()
    {
        _closed.TrySetResult();
        _outgoing.Writer.TryComplete();
        foreach (var invocation in _invocations.Values)
            Lose(invocation);
        foreach (var awaited in _awaited.Values)
        {
            awaited.TrySetException(new WorkerLostException());
            // Marks the exception as observed: the caller may have stopped waiting.
            _ = awaited.Task.Exception;
        }
    }

    private static string NewId() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    private void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    private void Lose(Invocation invocation)
    {
        _invocations.TryRemove(invocation.Id, out _);
        invocation.Lose();
    }

    private async Task SendAllAsync(IServerStreamWriter<StreamingMessage> stream, CancellationTokenSource end)
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(end.Token))
            {
                // Buffer all messages except the last queued one, which flushes.
                stream.WriteOptions = _outgoing.Reader.TryPeek(out _) ? Buffered : null;
                await stream.WriteAsync(message, end.Token);
            }
        }
        finally
        {
            // A worker that receives no more messages is useless.
            await end.CancelAsync();
        }
    }

    private void Receive(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invocations.TryRemove(message.InvocationResponse.InvocationId, out var invocation))
                    invocation.Complete(message.InvocationResponse.Result);
                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                var (entry, fault) = (message.RpcLog, message.RpcLog.Exception);
                log.Write(
                    (LogLevel)entry.Level, entry.Category, entry.EventId is { Length: > 0 } id
                        ? id
                        : "0", entry.Message,
                    fault is null ? null : $"{fault.Message} {fault.StackTrace}");
                break;
            case StreamingMessage.ContentOneofCase.FunctionLoadResponse:
                Answer(message, message.FunctionLoadResponse.FunctionId);
                break;
            case StreamingMessage.ContentOneofCase.WorkerInitResponse
                or StreamingMessage.ContentOneofCase.FunctionMetadataResponse:
                Answer(message, "");
                break;
            default:
                // Unknown kinds, and the empty response to a cancellation.
                break;
        }
    }

    private void Answer(StreamingMessage message, string key)
    {
        if (_awaited.TryRemove($"{message.ContentCase} {key}", out var awaited))
            awaited.TrySetResult(message);
    }
}
