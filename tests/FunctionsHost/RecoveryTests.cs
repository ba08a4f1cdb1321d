using System.Diagnostics;
using System.Net;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>The worker ends, the host ends, and what becomes of requests meanwhile.</summary>
public sealed class RecoveryTests : IAsyncLifetime
{
    private readonly ShortLived _host = new();

    public Task InitializeAsync() => _host.InitializeAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_worker_that_ends_is_replaced_and_its_requests_are_unavailable(bool byItself)
    {
        var waiting = _host.Http.GetAsync(new Uri("/wait", UriKind.Relative));
        await _host.SaysAsync("Wait begins");
        var first = _host.Host.WorkerProcessId!.Value;
        var last = byItself ? _host.StatusAsync("/exit") : null;
        if (last is null)
            _host.KillWorker();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await waiting).StatusCode);
        if (last is not null)
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await last);

        await Eventually.TrueAsync(async () =>
        {
            var status = await _host.StatusAsync("/echo/x");
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{status}");
            return status == HttpStatusCode.OK;
        });
        Assert.NotEqual(first, _host.Host.WorkerProcessId);
        Assert.True(_host.Says("It starts again in 0.25 s"));
    }

    [Fact]
    public async Task A_function_that_runs_too_long_costs_its_worker()
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await _host.StatusAsync("/endless"));
        await _host.SaysAsync("Endless ran longer than 00:00:02");
        await Eventually.TrueAsync(async () => await _host.StatusAsync("/echo/x") == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_host_that_is_killed_breaks_off_and_starts_nothing()
    {
        var waiting = _host.Http.GetAsync(new Uri("/wait", UriKind.Relative));
        await _host.SaysAsync("Wait begins");
        var worker = _host.Host.WorkerProcessId!.Value;
        await _host.Host.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => waiting);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _host.StatusAsync("/echo/x"));
        Assert.Null(_host.Host.WorkerProcessId);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(worker));
        Assert.False(_host.Says("It starts again"));
    }

    [Fact]
    public async Task A_host_that_stops_lets_requests_end()
    {
        var waiting = _host.Http.GetAsync(new Uri("/wait", UriKind.Relative));
        await _host.SaysAsync("Wait begins");
        using (var opened = await _host.Http.PostAsync(new Uri("/open", UriKind.Relative), null))
            Assert.Equal(HttpStatusCode.NoContent, opened.StatusCode);
        await _host.Host.StopAsync();
        Assert.Equal("opened", await (await waiting).Content.ReadAsStringAsync());
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _host.StatusAsync("/echo/x"));
        await _host.Host.StopAsync();
    }

    private sealed class ShortLived : RunningHost
    {
        protected override Dictionary<string, string?> Settings => new() { ["AzureFunctionsJobHost__functionTimeout"] = "00:00:02" };
    }
}
