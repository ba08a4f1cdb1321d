using System.Net;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>A worker that exits or takes too long.</summary>
public sealed class CrashTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("/failures/exit")]
    [InlineData("/failures/exit-halfway")]
    public async Task Calls_of_a_worker_that_exits_are_aborted_and_the_next_worker_takes_new_ones(string path)
    {
        await using var app = await StartAsync();
        var worker = app.Host.WorkerProcessId!.Value;
        var inFlight = app.SendAsync("GET", "/answers/gate");
        using var partlyAnswered = await app.SendAsync("GET", "/answers/parts");
        await app.WaitAtGateAsync(2);
        if (path.EndsWith("halfway", StringComparison.Ordinal))
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => app.Http.GetStringAsync(path));
        }
        else
        {
            using var ended = await app.SendAsync("GET", path);
            AssertUnavailable(ended);
        }

        AssertUnavailable(await inFlight);
        await Assert.ThrowsAsync<HttpRequestException>(() => partlyAnswered.Content.ReadAsStringAsync());
        using var refused = await app.SendAsync("GET", "/echo/a");
        AssertUnavailable(refused);

        await _clock.AdvanceToAsync(ManualClock.Beginning.AddSeconds(0.25));
        var next = await WaitForWorkerAsync(app, 2);
        Assert.NotEqual(worker, next);
        Assert.Equal(next, (await app.EchoAsync("GET", "/echo/a")).ProcessId);
        await Processes.WaitForEndAsync(worker);
    }

    [Fact]
    public async Task The_restart_delay_doubles_until_a_worker_runs_for_long()
    {
        using var folder = AppFolder.CopyHostApp();
        await using var app = await StartAsync(folder);
        var good = await File.ReadAllTextAsync(Path.Combine(folder.Location, "worker.config.json"));
        folder.WriteScript("echo no start today; exit 1");
        Processes.SendKill(app.Host.WorkerProcessId!.Value);
        var time = ManualClock.Beginning;
        foreach (var pause in (double[])[0.25, 0.5, 1])
        {
            await app.Lines.FirstAsync(
                line => line.EndsWith($"The worker ended. Restarting it in {pause} s.", StringComparison.Ordinal));
            time = time.AddSeconds(pause);
            await _clock.AdvanceToAsync(time);
        }

        var failures =
            await app.Lines.FirstAsync(3, line => Says(line, "fail: Host[0] The worker ended during startup."));
        Assert.Equal("no start today", failures[2].Split("Last output: ")[1]);
        folder.Write("worker.config.json", good);
        using var refused = await app.SendAsync("GET", "/echo/a");
        AssertUnavailable(refused);
        await _clock.AdvanceToAsync(_clock.GetUtcNow().AddSeconds(2));
        await WaitForWorkerAsync(app, 2);
        await app.EchoAsync("GET", "/echo/a");

        _clock.AdvanceBy(TimeSpan.FromMinutes(2));
        Processes.SendKill(app.Host.WorkerProcessId!.Value);
        await app.Lines.FirstAsync(2, line => line.EndsWith("Restarting it in 0.25 s.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_function_that_times_out_ends_its_worker()
    {
        await using var app = await StartAsync();
        var worker = app.Host.WorkerProcessId!.Value;
        var call = app.SendAsync("GET", "/answers/never");
        await app.Lines.FirstAsync(line => line == "Never: arrived");
        await app.StartTimerAsync("Patient");
        await app.Lines.FirstAsync(line => line.StartsWith("Timer Patient", StringComparison.Ordinal));
        _clock.AdvanceBy(TimeSpan.FromSeconds(299));
        await app.EchoAsync("GET", "/echo/a");
        _clock.AdvanceBy(TimeSpan.FromSeconds(2));

        using var response = await call;
        AssertUnavailable(response);
        Assert.Single(app.Lines.All,
            line => line.EndsWith(" ran longer than 00:05:00. Killing the worker.", StringComparison.Ordinal));
        await app.Lines.FirstAsync(line => line.Contains("Patient was interrupted", StringComparison.Ordinal));
        await _clock.AdvanceToAsync(_clock.GetUtcNow().AddSeconds(0.25));
        await WaitForWorkerAsync(app, 2);
        Assert.NotEqual(worker, (await app.EchoAsync("GET", "/echo/a")).ProcessId);
    }

    private static bool Says(string line, string text) =>
        line.Split(' ', 2)[^1].StartsWith(text, StringComparison.Ordinal);

    private static void AssertUnavailable(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
    }

    private static async Task<int> WaitForWorkerAsync(AppHost app, int count)
    {
        await app.Lines.FirstAsync(count, line => Says(line, "info: Host[0] The worker is ready:"));
        return app.Host.WorkerProcessId!.Value;
    }

    private Task<AppHost> StartAsync(AppFolder? folder = null) => AppHost.StartAsync(options => options with
    {
        AppFolder = folder?.Location ?? options.AppFolder,
        Clock = _clock,
        Environment = new Dictionary<string, string?>(options.Environment)
        {
            ["AzureFunctionsJobHost__functionTimeout"] = "00:05:00",
        },
    });
}
