using System.Net;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>How the local host calls a function and what becomes of its result.</summary>
public sealed class CallTests
{
    [Theory]
    [InlineData("TaskResult", 200, """{"verb":"GET"}""")]
    [InlineData("DoneResult", 200, "DoneResult GET")]
    [InlineData("PlainResult", 200, "PlainResult GET")]
    [InlineData("TaskAction", 418, "TaskAction GET")]
    [InlineData("PlainAction", 200, "PlainAction GET")]
    [InlineData("TaskOnly", 200, "TaskOnly")]
    [InlineData("VoidOnly", 204, "")]
    [InlineData("StaticOne", 200, "StaticOne GET")]
    public async Task Every_kind_of_result_is_answered(string function, int status, string text)
    {
        await using var host = await RunningHost.StartAsync(typeof(CallFunctions.Kinds));
        using var response = await host.SendAsync("GET", $"/{function}");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(text, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_function_takes_its_context_and_cancellation()
    {
        await using var host = await RunningHost.StartAsync(typeof(CallFunctions.Taking));

        Assert.Equal($"True Context {typeof(CallFunctions.Taking).FullName}.Context", await host.GetTextAsync("/Context"));
    }

    [Fact]
    public async Task Scoped_services_live_as_long_as_the_call()
    {
        var counter = new ScopedThing.Counter();
        var options = new HostOptions
        {
            Configure = builder => builder.Services.AddSingleton(counter).AddScoped<ScopedThing>(),
        };
        await using (var host = await RunningHost.StartAsync(options, typeof(CallFunctions.Scoped)))
        {
            Assert.Equal("GET True 1", await host.GetTextAsync("/ScopedOne"));
            Assert.Equal("GET True 2", await host.GetTextAsync("/ScopedOne"));
        }

        Assert.Equal((2, 2), (counter.Made, counter.Disposed));
    }

    [Theory]
    [InlineData("/Throws?secret=canary")]
    [InlineData("/ThrowsLater?secret=canary")]
    public async Task An_exception_is_a_500_that_says_nothing(string path)
    {
        await using var host = await RunningHost.StartAsync(
            new HostOptions { HostJson = """{"extensions":{"http":{"routePrefix":"","customHeaders":{"X-Custom":"yes"}}}}""" },
            typeof(CallFunctions.Failing));
        using var response = await host.SendAsync("GET", path);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.False(response.Headers.Contains("X-Left-Over"));
        Assert.True(response.Headers.Contains("X-Custom"));
        Assert.Contains(host.Log.All, line => line.StartsWith("Error Function.Throws", StringComparison.Ordinal)
            && line.Contains("on purpose", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log.All, line => line.StartsWith("Error", StringComparison.Ordinal)
            && line.Contains("canary", StringComparison.Ordinal));
        Assert.Equal("Fine GET", await host.GetTextAsync("/Fine"));
    }

    [Fact]
    public async Task An_exception_after_the_status_has_left_breaks_the_connection()
    {
        await using var host = await RunningHost.StartAsync(typeof(CallFunctions.Failing));

        await Assert.ThrowsAsync<HttpRequestException>(() => host.GetTextAsync("/ThrowsHalfway"));
        Assert.Equal("Fine GET", await host.GetTextAsync("/Fine"));
    }

    [Fact]
    public async Task A_caller_who_leaves_cancels_the_call()
    {
        using var turnstile = new Turnstile();
        var options = new HostOptions { Configure = builder => builder.Services.AddSingleton(turnstile) };
        await using var host = await RunningHost.StartAsync(options, typeof(CallFunctions.Waiting));
        using var leaving = new CancellationTokenSource();
        var call = host.Client.GetAsync(new Uri("/Wait", UriKind.Relative), leaving.Token);
        await turnstile.ArrivalsAsync(1);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.TrueAsync(() => turnstile.Inside == 0);
        Assert.DoesNotContain(host.Log.All, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_function_that_wants_a_key_gets_the_master_key()
    {
        var options = new HostOptions { Settings = { ["FUNCTIONS_MASTER_KEY"] = "open sesame" } };
        await using var host = await RunningHost.StartAsync(options, typeof(CallFunctions.Guarded));
        using var without = await host.SendAsync("GET", "/Guarded");
        using var wrong = await host.SendAsync("GET", "/Guarded", masterKey: "open");
        using var right = await host.SendAsync("GET", "/Guarded", masterKey: "open sesame");

        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task Middleware_stands_around_the_call_in_its_order()
    {
        var options = new HostOptions { Configure = builder => builder.UseMiddleware<Outer>().UseMiddleware<Inner>() };
        await using var host = await RunningHost.StartAsync(options, typeof(CallFunctions.Kinds));
        using var response = await host.SendAsync("GET", "/DoneResult");

        Assert.Equal("DoneResult GET", await response.Content.ReadAsStringAsync());
        Assert.Equal("outer,inner:DoneResult", Assert.Single(response.Headers.GetValues("X-Way")));
    }

    private sealed class Outer : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            context.GetHttpContext()!.Response.Headers["X-Way"] = "outer";
            return next(context);
        }
    }

    private sealed class Inner : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            context.GetHttpContext()!.Response.Headers["X-Way"] += $",inner:{context.FunctionDefinition.Name}";
            return next(context);
        }
    }
}
