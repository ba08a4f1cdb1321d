using System.Threading.Channels;
using AtpKeyserver.FunctionsHost;
using AtpKeyserver.FunctionsHost.Worker;
using AtpKeyserver.FunctionsHost.Worker.Rpc;
using AtpKeyserver.Tests.FunctionsHost.Support;
using Grpc.Core;

namespace AtpKeyserver.Tests.FunctionsHost.Parts;

/// <summary>Pending calls when the stream to the worker ends.</summary>
public sealed class WorkerChannelTests
{
    private const StreamingMessage.ContentOneofCase Metadata =
        StreamingMessage.ContentOneofCase.FunctionMetadataResponse;

    private readonly WorkerChannel _channel = new(
        new HostLog(_ => { }, new Dictionary<string, Microsoft.Extensions.Logging.LogLevel>(), TimeProvider.System),
        TimeProvider.System);

    [Fact]
    public async Task A_call_completes_with_the_response_that_has_its_id()
    {
        var worker = new FakeWorker();
        var running = worker.RunAsync(_channel);
        var first = _channel.Start("A", new InvocationRequest());
        var second = _channel.Start("A", new InvocationRequest());
        Assert.Equal(2, _channel.Invocations.Count());
        worker.Send(Answer(second));
        Assert.Equal(StatusResult.Types.Status.Success, (await second.Result).Status);

        Assert.False(first.Result.IsCompleted);
        Assert.Equal(first, Assert.Single(_channel.Invocations));
        worker.Disconnect();
        await running;
    }

    [Fact]
    public async Task All_pending_calls_fail_when_the_worker_disconnects()
    {
        var worker = new FakeWorker();
        var running = worker.RunAsync(_channel);
        var call = _channel.Start("A", new InvocationRequest());
        var question = _channel.AskAsync(new StreamingMessage(), Metadata, "", CancellationToken.None);
        worker.Disconnect();
        await running;

        await AssertLostAsync(call, question);
    }

    [Fact]
    public async Task Calls_after_a_disconnect_fail_at_once()
    {
        _channel.Close();
        var call = _channel.Start("A", new InvocationRequest());

        await AssertLostAsync(call, _channel.AskAsync(new StreamingMessage(), Metadata, "", CancellationToken.None));
    }

    [Fact]
    public async Task A_worker_whose_stream_fails_is_dropped()
    {
        var worker = new FakeWorker { Failure = new InvalidOperationException("cannot send") };
        var running = worker.RunAsync(_channel);
        var call = _channel.Start("A", new InvocationRequest());
        await running.WaitAsync(TimeSpan.FromMinutes(1));

        await AssertLostAsync(call, _channel.AskAsync(new StreamingMessage(), Metadata, "", CancellationToken.None));
    }

    [Fact]
    public async Task Unexpected_messages_are_ignored()
    {
        var worker = new FakeWorker();
        var running = worker.RunAsync(_channel);
        worker.Send(new StreamingMessage());
        worker.Send(
            new StreamingMessage { InvocationResponse =
            new InvocationResponse { InvocationId = "unknown", Result = new StatusResult() } });
        worker.Send(
            new StreamingMessage { FunctionLoadResponse = new FunctionLoadResponse { FunctionId = "unknown" } });
        var call = _channel.Start("A", new InvocationRequest());
        worker.Send(Answer(call));

        await call.Result.WaitAsync(TimeSpan.FromMinutes(1));
        worker.Disconnect();
        await running;
    }

    private static StreamingMessage Answer(Invocation call) => new()
    {
        InvocationResponse = new InvocationResponse
        {
            InvocationId = call.Id,
            Result = new StatusResult { Status = StatusResult.Types.Status.Success },
        },
    };

    private async Task AssertLostAsync(Invocation call, Task question)
    {
        await Assert.ThrowsAsync<WorkerLostException>(() => call.Result.WaitAsync(TimeSpan.FromMinutes(1)));
        await Assert.ThrowsAsync<WorkerLostException>(() => question.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Empty(_channel.Invocations);
    }

    private sealed class FakeWorker : IAsyncStreamReader<StreamingMessage>, IServerStreamWriter<StreamingMessage>
    {
        private readonly Channel<StreamingMessage> _messages = Channel.CreateUnbounded<StreamingMessage>();

        public Exception? Failure { get; init; }

        public StreamingMessage Current { get; private set; } = null!;

        public WriteOptions? WriteOptions { get; set; }

        public Task RunAsync(WorkerChannel channel) => channel.RunAsync(this, this, CancellationToken.None);

        public void Send(StreamingMessage message) => Assert.True(_messages.Writer.TryWrite(message));

        public void Disconnect() => _messages.Writer.Complete();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await _messages.Reader.WaitToReadAsync(cancellationToken))
                return false;
            Current = await _messages.Reader.ReadAsync(cancellationToken);
            return true;
        }

        public Task WriteAsync(StreamingMessage message) =>
            Failure is null ? Task.CompletedTask : Task.FromException(Failure);

        public Task WriteAsync(StreamingMessage message, CancellationToken cancellationToken) => WriteAsync(message);
    }
}
