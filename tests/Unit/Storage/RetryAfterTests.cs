using System.Globalization;
using System.Net;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Storage.Policies;
using AtpKeyserver.Tests.Support;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Unit.Storage;

/// <summary>
/// A Retry-After that exceeds the time left for the request ends the call, in whatever form it is sent.
/// </summary>
public sealed class RetryAfterTests
{
    public static TheoryData<string> LongWaits => new(
        "30",
        "+30",
        TimeProvider.System.GetUtcNow().AddDays(1).ToString("R", CultureInfo.InvariantCulture),
        TimeProvider.System.GetUtcNow().AddYears(1).ToString("R", CultureInfo.InvariantCulture),
        "Fri, 31 Dec 9999 23:59:59 GMT");

    [Theory]
    [MemberData(nameof(LongWaits))]
    public async Task A_long_wait_ends_the_call(string retryAfter)
    {
        using var storage = new Gateway(503, retryAfter);
        using var limit = new CancellationTokenSource(Eventually.Patience);
        Assert.Equal(503, await CallAsync(Pipeline(storage, new RetryBudget()), limit.Token));
        Assert.Equal(1, storage.Calls);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData("soon")]
    [InlineData("99999999999")]
    public async Task A_short_or_missing_wait_does_not_end_the_call(string retryAfter)
    {
        using var storage = new Gateway(503, retryAfter);
        Assert.Equal(503, await CallAsync(Pipeline(storage, new RetryBudget()), CancellationToken.None));
        Assert.Equal(3, storage.Calls);
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("3600", 60)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 60)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", 1)]
    public async Task An_indeterminate_result_includes_retry_after(string retryAfter, int seconds)
    {
        using var storage = new Gateway(503, retryAfter);
        var options = new TableClientOptions { Transport = new HttpClientTransport(new HttpClient(storage)) };
        options.Retry.MaxRetries = 0;
        var client = new TableServiceClient(
            "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=AAAA;TableEndpoint=http://localhost/a;", options);
        var change = new PartitionChange(new Tables(client, client).Groups);
        change.WriteHead(new TableEntity("partition", "head"), etag: null);
        var unknown = await Assert.ThrowsAsync<KeyserverException>(() => change.CommitAsync(CancellationToken.None));
        Assert.Equal(ErrorName.UpstreamFailure, unknown.Error);
        Assert.Equal(TimeSpan.FromSeconds(seconds), unknown.RetryAfter);
    }

    /// <summary>A gateway error is a failure and earns no retries.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    public async Task A_gateway_response_earns_no_retries(int status)
    {
        const int Calls = 300;
        using var gateway = new Gateway(status, null);
        var pipeline = Pipeline(gateway, new RetryBudget());
        for (var call = 0; call < Calls; call++)
            await Assert.ThrowsAnyAsync<Exception>(() => CallAsync(pipeline, CancellationToken.None));
        Assert.Equal(Calls + RetryBudget.Burst, gateway.Calls);
    }

    private static HttpPipeline Pipeline(Gateway gateway, RetryBudget budget)
    {
        var options = new Options
        {
            Transport = new HttpClientTransport(new HttpClient(gateway)),
            RetryPolicy =
                new RetryBudgetPolicy(budget, retries: 2, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)),
        };
        options.AddPolicy(new StorageResponsePolicy(), HttpPipelinePosition.PerRetry);
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

    private sealed class Gateway(int status, string? retryAfter) : HttpMessageHandler
    {
        private int _calls;

        public int Calls => _calls;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            var answer = new HttpResponseMessage((HttpStatusCode)status);
            if (retryAfter is not null)
                answer.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            return Task.FromResult(answer);
        }
    }
}
