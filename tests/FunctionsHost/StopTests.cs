using System.Diagnostics;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>How a host stops.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task A_stop_waits_for_requests_cancels_timers_and_lets_the_worker_exit()
    {
        await using var app = await AppHost.StartAsync();
        var worker = app.Host.WorkerProcessId!.Value;
        await app.StartTimerAsync("Patient");
        await app.Lines.FirstAsync(line => line.StartsWith("Timer Patient", StringComparison.Ordinal));
        var call = app.SendAsync("GET", "/answers/gate");
        await app.WaitAtGateAsync();

        var stop = app.Host.StopAsync();
        await app.Lines.FirstAsync(line => line == "Patient: cancelled");
        await WaitUntilRefusedAsync(app.Address);
        Assert.False(call.IsCompleted);
        app.OpenGate();
        using var response = await call;
        Assert.Equal("at most 1 at once", await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        await stop;

        Assert.Contains("HostApp ended by itself", app.Lines.All);
        Assert.Null(app.Host.WorkerProcessId);
        await Processes.WaitForEndAsync(worker);
        Assert.DoesNotContain(app.Lines.All, line => line.Contains("Restarting it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_aborts_what_does_not_end_in_time()
    {
        await using var app =
            await AppHost.StartAsync(options => options with { StopTimeout = TimeSpan.FromSeconds(1) });
        var worker = app.Host.WorkerProcessId!.Value;
        await app.StartTimerAsync("Stubborn");
        await app.Lines.FirstAsync(line => line.StartsWith("Timer Stubborn", StringComparison.Ordinal));
        var call = app.SendAsync("GET", "/answers/never");
        await app.Lines.FirstAsync(line => line == "Never: arrived");
        await app.Host.StopAsync().WaitAsync(TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        await Processes.WaitForEndAsync(worker);
    }

    [Fact]
    public async Task A_kill_aborts_everything_and_restarts_nothing()
    {
        await using var app = await AppHost.StartAsync();
        var worker = app.Host.WorkerProcessId!.Value;
        await app.StartTimerAsync("Stubborn");
        await app.Lines.FirstAsync(line => line.StartsWith("Timer Stubborn", StringComparison.Ordinal));
        var call = app.SendAsync("GET", "/answers/gate");
        using var partlyAnswered = await app.SendAsync("GET", "/answers/parts");
        await app.WaitAtGateAsync(2);
        await app.Host.KillAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        await Assert.ThrowsAsync<HttpRequestException>(() => partlyAnswered.Content.ReadAsStringAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => app.SendAsync("GET", "/echo/a"));
        Assert.Null(app.Host.WorkerProcessId);
        await Processes.WaitForEndAsync(worker);
        Assert.DoesNotContain(app.Lines.All, line => line.Contains("Restarting it", StringComparison.Ordinal));
        // Disposal after a kill is allowed.
        await app.Host.StopAsync();
        await app.Host.KillAsync();
        await app.Host.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_that_waits_to_restart_its_worker_stops(bool gracefully)
    {
        var clock = new ManualClock();
        await using var app = await AppHost.StartAsync(options => options with { Clock = clock });
        Processes.SendKill(app.Host.WorkerProcessId!.Value);
        await app.Lines.FirstAsync(line => line.Contains("Restarting it", StringComparison.Ordinal));
        await (gracefully ? app.Host.StopAsync() : app.Host.KillAsync());

        Assert.Null(app.Host.WorkerProcessId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_that_is_restarting_its_worker_stops_and_leaves_no_process(bool gracefully)
    {
        using var folder = AppFolder.CopyHostApp();
        var clock = new ManualClock();
        var mark = $"HOSTAPP_MARK={folder.Location}";
        await using var app = await AppHost.StartAsync(options => options with
        {
            AppFolder = folder.Location,
            Clock = clock,
            Environment = new Dictionary<string, string?>(options.Environment) { ["HOSTAPP_MARK"] = folder.Location },
        });
        folder.WriteScript("echo starting; exec sleep infinity");
        Processes.SendKill(app.Host.WorkerProcessId!.Value);
        await clock.AdvanceToAsync(ManualClock.Beginning.AddSeconds(0.25));
        await app.Lines.FirstAsync(line => line == "starting");
        await (gracefully ? app.Host.StopAsync() : app.Host.KillAsync());

        await Processes.WaitForNoneAsync(mark);
    }

    private static async Task WaitUntilRefusedAsync(Uri address)
    {
        for (var since =
            Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(1); await Task.Delay(20))
        {
            using var http = AppHost.Client(address);
            try
            {
                using var response = await http.GetAsync("/echo/a");
            }
            catch (HttpRequestException)
            {
                return;
            }
        }

        Assert.Fail("The host still accepts requests.");
    }
}
