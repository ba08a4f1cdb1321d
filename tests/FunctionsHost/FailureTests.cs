using System.Net;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>Failing functions, and callers that disconnect.</summary>
[Collection(SharedHostCollection.Name)]
public sealed class FailureTests(SharedHost shared)
{
    private readonly AppHost _app = shared.App;

    [Theory]
    [InlineData("GET", "/failures/first?secret=canary", "FailFirst")]
    [InlineData("HEAD", "/failures/first?secret=canary", "FailFirst")]
    [InlineData("GET", "/failures/status?secret=canary", "FailWithStatus")]
    public async Task An_exception_is_a_500_without_details(string method, string target, string function)
    {
        using var response = await _app.SendAsync(method, target);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.False(response.Headers.Contains("X-Left-Over"));
        await _app.Lines.FirstAsync(line => line.Contains($"fail: Host[0] {function} failed:", StringComparison.Ordinal)
            && line.Contains("on purpose", StringComparison.Ordinal));
        Assert.DoesNotContain(_app.Lines.All, line => line.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cancellation_without_a_reason_is_a_500()
    {
        using var response = await _app.SendAsync("GET", "/failures/cancelled");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public Task An_exception_after_the_response_started_aborts_the_connection() =>
        Assert.ThrowsAsync<HttpRequestException>(() => _app.Http.GetStringAsync("/failures/halfway"));

    [Fact]
    public async Task A_response_that_the_function_aborts_is_incomplete()
    {
        using var response = await _app.SendAsync("GET", "/failures/abort");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task A_disconnect_cancels_the_function()
    {
        var cancelled = _app.Lines.All.Count(line => line == "Gate: cancelled");
        var arrived = _app.Lines.All.Count(line => line == "Gate: arrived");
        using var leaving = new CancellationTokenSource();
        var call = _app.Http.GetAsync("/answers/gate", leaving.Token);
        await _app.WaitAtGateAsync(arrived + 1);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _app.Lines.FirstAsync(cancelled + 1, line => line == "Gate: cancelled");
        Assert.DoesNotContain(_app.Lines.All, line => line.Contains("Host[0] AnswerGate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disconnect_during_the_response_cancels_the_function()
    {
        var cancelled = _app.Lines.All.Count(line => line == "Gate: cancelled");
        var arrived = _app.Lines.All.Count(line => line == "Gate: arrived");
        using (await _app.SendAsync("GET", "/answers/parts"))
            await _app.WaitAtGateAsync(arrived + 1);

        await _app.Lines.FirstAsync(cancelled + 1, line => line == "Gate: cancelled");
    }

    [Fact]
    public async Task The_log_levels_follow_host_json()
    {
        using var response = await _app.SendAsync("GET", "/answers/log");
        await _app.Lines.FirstAsync(line => line.Contains("Critical of Quiet.Part", StringComparison.Ordinal));

        var logged = _app.Lines.All.Where(line => line.Contains(".Part[7]", StringComparison.Ordinal)).ToArray();
        Assert.Equal(
            [
                "info: Loud.Part[7] Information of Loud.Part", "warn: Loud.Part[7] Warning of Loud.Part",
                "fail: Loud.Part[7] Error of Loud.Part", "crit: Loud.Part[7] Critical of Loud.Part",
                "fail: Quiet.Part[7] Error of Quiet.Part", "crit: Quiet.Part[7] Critical of Quiet.Part",
            ],
            logged.Select(line => line.Split(' ', 2)[1].Split(" System.InvalidOperationException", 2)[0]));
        Assert.All(logged, line => Assert.Contains(" with a reason", line, StringComparison.Ordinal));
    }
}
