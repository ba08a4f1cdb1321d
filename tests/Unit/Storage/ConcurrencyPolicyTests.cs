using System.Net;
using AtpKeyserver.Storage.Policies;
using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Unit.Storage;

public sealed class ConcurrencyPolicyTests
{
    /// <summary>The wait exceeds the timeout of an attempt, and attempts complete at once.</summary>
    [Fact]
    public async Task Waiting_for_a_slot_does_not_count_toward_the_timeout()
    {
        var limit = TimeSpan.FromSeconds(1);
        using var storage = new HeldStorage();
        using var limiter = new ConcurrencyPolicy(1);
        var pipeline = Pipeline(storage, limiter);
        var first = CallAsync(pipeline, Timeout.InfiniteTimeSpan, default);
        var others = Enumerable.Range(0, 15).Select(_ => CallAsync(pipeline, limit, default)).ToArray();
        await Task.Delay(1.5 * limit);
        storage.Open();
        Assert.All(await Task.WhenAll([first, .. others]), status => Assert.Equal(200, status));
        Assert.Equal(1, storage.Most);
    }

    [Fact]
    public async Task A_cancelled_caller_does_not_keep_a_slot()
    {
        using var storage = new HeldStorage();
        using var limiter = new ConcurrencyPolicy(1);
        var pipeline = Pipeline(storage, limiter);
        using var impatient = new CancellationTokenSource();
        var first = CallAsync(pipeline, Timeout.InfiniteTimeSpan, default);
        var second = CallAsync(pipeline, Timeout.InfiniteTimeSpan, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        storage.Open();
        Assert.Equal(200, await first);
        Assert.Equal(200, await CallAsync(pipeline, Timeout.InfiniteTimeSpan, default));
    }

    private static HttpPipeline Pipeline(HeldStorage storage, ConcurrencyPolicy limiter)
    {
        var options = new Options { Transport = new HttpClientTransport(new HttpClient(storage)) };
        options.Retry.MaxRetries = 0;
        options.AddPolicy(limiter, HttpPipelinePosition.PerRetry);
        return HttpPipelineBuilder.Build(options);
    }

    private static async Task<int> CallAsync(HttpPipeline pipeline, TimeSpan limit, CancellationToken cancellation)
    {
        using var message = pipeline.CreateMessage();
        message.NetworkTimeout = limit;
        message.Request.Uri.Reset(new Uri("http://localhost/"));
        await pipeline.SendAsync(message, cancellation);
        return message.Response.Status;
    }

    private sealed class Options : ClientOptions;

    private sealed class HeldStorage : HttpMessageHandler
    {
        private readonly TaskCompletionSource _open = new();
        private int _now;

        public int Most { get; private set; }

        public void Open() => _open.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Most = Math.Max(Most, Interlocked.Increment(ref _now));
            await _open.Task.WaitAsync(cancellationToken);
            Interlocked.Decrement(ref _now);
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
