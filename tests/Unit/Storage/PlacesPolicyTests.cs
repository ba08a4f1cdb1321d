using System.Net;
using AtpKeyserver.Storage;
using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Unit.Storage;

public sealed class PlacesPolicyTests
{
    /// <summary>Together they take longer than a try may.</summary>
    [Fact]
    public async Task Who_waits_for_a_place_is_not_timed_out()
    {
        using var storage = new SlowStorage(TimeSpan.FromMilliseconds(100));
        using var places = new PlacesPolicy(1);
        var pipeline = Pipeline(storage, places);
        var answers = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => CallAsync(pipeline, default)));
        Assert.All(answers, status => Assert.Equal(200, status));
        Assert.Equal(1, storage.Most);
    }

    [Fact]
    public async Task Who_gives_up_takes_no_place_with_him()
    {
        using var storage = new SlowStorage(TimeSpan.FromMilliseconds(100));
        using var places = new PlacesPolicy(1);
        var pipeline = Pipeline(storage, places);
        using var impatient = new CancellationTokenSource();
        var first = CallAsync(pipeline, default);
        var second = CallAsync(pipeline, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(200, await first);
        Assert.Equal(200, await CallAsync(pipeline, default));
    }

    private static HttpPipeline Pipeline(SlowStorage storage, PlacesPolicy places)
    {
        var options = new Options { Transport = new HttpClientTransport(new HttpClient(storage)) };
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(1);
        options.Retry.MaxRetries = 0;
        options.AddPolicy(places, HttpPipelinePosition.PerRetry);
        return HttpPipelineBuilder.Build(options);
    }

    private static async Task<int> CallAsync(HttpPipeline pipeline, CancellationToken cancellation)
    {
        using var message = pipeline.CreateMessage();
        message.Request.Uri.Reset(new Uri("http://localhost/"));
        await pipeline.SendAsync(message, cancellation);
        return message.Response.Status;
    }

    private sealed class Options : ClientOptions;

    private sealed class SlowStorage(TimeSpan takes) : HttpMessageHandler
    {
        private int _now;

        public int Most { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Most = Math.Max(Most, Interlocked.Increment(ref _now));
            await Task.Delay(takes, cancellationToken);
            Interlocked.Decrement(ref _now);
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
