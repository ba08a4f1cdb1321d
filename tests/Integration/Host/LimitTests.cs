using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>Limits of the local host.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Beyond_the_concurrent_requests_others_wait_and_beyond_the_outstanding_ones_they_get_429()
    {
        using var turnstile = new Turnstile();
        var options = new HostOptions
        {
            HostJson = """{"extensions":{"http":{"routePrefix":"","maxConcurrentRequests":2,"maxOutstandingRequests":3}}}""",
            Configure = builder => builder.Services.AddSingleton(turnstile),
        };
        await using var host = await RunningHost.StartAsync(options, typeof(CallFunctions.Waiting), typeof(RouteFunctions.OneVerb));
        var calls = Enumerable.Range(0, 5).Select(_ => host.SendAsync("GET", "/Wait")).ToArray();
        await turnstile.ArrivalsAsync(2);
        await Eventually.TrueAsync(() => calls.Count(call => call.IsCompleted) == 2);

        Assert.All(calls.Where(call => call.IsCompleted), call => Assert.Equal(HttpStatusCode.TooManyRequests, call.Result.StatusCode));
        Assert.Equal(2, turnstile.Inside);
        turnstile.Open();
        var responses = await Task.WhenAll(calls);
        Assert.Equal(3, responses.Count(response => response.StatusCode == HttpStatusCode.OK));
        Assert.Equal(2, turnstile.MostInside);
        using var after = await host.SendAsync("GET", "/Wait");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        foreach (var response in responses)
            response.Dispose();
    }

    [Fact]
    public async Task A_waiting_caller_who_leaves_takes_no_turn()
    {
        using var turnstile = new Turnstile();
        var options = new HostOptions
        {
            HostJson = """{"extensions":{"http":{"routePrefix":"","maxConcurrentRequests":1,"maxOutstandingRequests":2}}}""",
            Configure = builder => builder.Services.AddSingleton(turnstile),
        };
        await using var host = await RunningHost.StartAsync(options, typeof(CallFunctions.Waiting));
        var running = host.SendAsync("GET", "/Wait");
        await turnstile.ArrivalsAsync(1);
        using (var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(300)))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => host.Client.GetAsync(new Uri("/Wait", UriKind.Relative), leaving.Token));
        }

        turnstile.Open();
        using var first = await running;
        using var second = await host.SendAsync("GET", "/Wait");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.DoesNotContain(host.Log.All, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_header_with_a_long_token_passes()
    {
        await using var host = await RunningHost.StartAsync(typeof(RouteFunctions.OneVerb));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/only");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + new string('x', 24 * 1024));
        using var response = await host.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Custom_headers_are_on_every_answer()
    {
        var options = new HostOptions { HostJson = """{"extensions":{"http":{"routePrefix":"","customHeaders":{"X-Custom":"yes"}}}}""" };
        await using var host = await RunningHost.StartAsync(options, typeof(RouteFunctions.OneVerb));
        using var found = await host.SendAsync("GET", "/only");
        using var missed = await host.SendAsync("GET", "/other");

        Assert.Equal("yes", Assert.Single(found.Headers.GetValues("X-Custom")));
        Assert.Equal("yes", Assert.Single(missed.Headers.GetValues("X-Custom")));
    }

    [Fact]
    public async Task Stopping_lets_a_call_end()
    {
        using var turnstile = new Turnstile();
        var options = new HostOptions { Configure = builder => builder.Services.AddSingleton(turnstile) };
        await using var host = await RunningHost.StartAsync(options, typeof(CallFunctions.Waiting));
        var call = host.SendAsync("GET", "/Wait");
        await turnstile.ArrivalsAsync(1);
        var stopping = host.StopAsync();
        turnstile.Open();
        using var response = await call;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await stopping.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Stopping_cancels_a_call_that_does_not_end_in_time()
    {
        using var turnstile = new Turnstile();
        var options = new HostOptions
        {
            Configure = builder => builder.Services
                .AddSingleton(turnstile)
                .Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1)),
        };
        await using var host = await RunningHost.StartAsync(options, typeof(CallFunctions.Waiting));
        var call = host.SendAsync("GET", "/Wait");
        await turnstile.ArrivalsAsync(1);
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        await Eventually.TrueAsync(() => turnstile.Inside == 0);
    }
}
