using System.Net;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>One function runs, one request waits, and the next is refused.</summary>
public sealed class LimitTests(LimitTests.Narrow host) : IClassFixture<LimitTests.Narrow>
{
    [Fact]
    public async Task Requests_wait_for_their_turn_until_too_many_wait()
    {
        using var leave = new CancellationTokenSource();
        var running = host.Http.GetAsync(new Uri("/wait", UriKind.Relative), leave.Token);
        await host.SaysAsync("Wait begins");
        var waiting = host.Http.GetAsync(new Uri("/echo/x", UriKind.Relative));
        // The second one may still be on its way when the third one comes.
        await Eventually.TrueAsync(async () => waiting.IsCompleted || await host.StatusAsync("/nowhere") != HttpStatusCode.NotFound
            || await IsRefusedAsync());
        Assert.False(waiting.IsCompleted);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(HttpStatusCode.OK, (await waiting).StatusCode);
        Assert.Equal(HttpStatusCode.OK, await host.StatusAsync("/echo/x"));
    }

    private async Task<bool> IsRefusedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        try
        {
            using var answer = await host.Http.GetAsync(new Uri("/echo/y", UriKind.Relative), limit.Token);
            return answer.StatusCode == HttpStatusCode.TooManyRequests;
        }
        catch (OperationCanceledException)
        {
            // It waits in the place of the other one.
            return false;
        }
    }

    public sealed class Narrow : RunningHost
    {
        protected override Dictionary<string, string?> Settings => new()
        {
            ["AzureFunctionsJobHost__extensions__http__maxConcurrentRequests"] = "1",
            ["AzureFunctionsJobHost__extensions__http__maxOutstandingRequests"] = "2",
        };
    }
}
