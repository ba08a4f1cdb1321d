using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>Timers of the local host, by the clock and by hand.</summary>
public sealed class TimerTests
{
    private readonly TimerFunctions.Seen _seen = new();

    [Fact]
    public async Task A_timer_fires_on_its_seconds()
    {
        await using var host = await StartAsync(typeof(TimerFunctions.EverySecond));
        await Eventually.TrueAsync(() => _seen.Runs.Count >= 3);

        // Below a minute the real host keeps no status.
        Assert.All(_seen.Runs, run => Assert.Null(run.ScheduleStatus));
        Assert.All(_seen.Runs, run => Assert.False(run.IsPastDue));
    }

    [Fact]
    public async Task A_timer_does_not_overlap_with_itself()
    {
        await using var host = await StartAsync(typeof(TimerFunctions.Slow));
        await Eventually.TrueAsync(() => _seen.Runs.Count >= 3);

        Assert.Equal(1, _seen.MostInside);
    }

    [Fact]
    public async Task A_timer_that_fails_fires_again()
    {
        await using var host = await StartAsync(
            new HostOptions { Settings = { ["FailingTimer_Schedule"] = "00:00:00.050" } }, typeof(TimerFunctions.Failing));
        await Eventually.TrueAsync(() => _seen.Runs.Count >= 3);

        Assert.Contains(host.Log.All, line => line.StartsWith("Error Function.FailingTimer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_timer_may_run_at_start_in_a_scope_of_its_own()
    {
        await using var host = await StartAsync(typeof(TimerFunctions.AtStart));
        await Eventually.TrueAsync(() => !_seen.Runs.IsEmpty);

        Assert.DoesNotContain(host.Log.All, line => line.StartsWith("Error", StringComparison.Ordinal));
        var counter = host.Services.GetRequiredService<ScopedThing.Counter>();
        await Eventually.TrueAsync(() => (counter.Made, counter.Disposed) == (1, 1));
    }

    [Fact]
    public async Task Timers_follow_the_clock_of_the_app()
    {
        var noon = new DateTimeOffset(2025, 1, 15, 12, 0, 0, TimeSpan.Zero);
        var clock = new SteppedTime(noon - TimeSpan.FromHours(1));
        await using var host = await StartAsync(
            new HostOptions { Configure = builder => builder.Services.AddSingleton<TimeProvider>(clock) }, typeof(TimerFunctions.Noon));
        await Eventually.TrueAsync(() => clock.Waiting);
        Assert.Empty(_seen.Runs);
        await clock.MoveToAsync(noon);
        await Eventually.TrueAsync(() => _seen.Runs.Count == 1);
        await clock.MoveToAsync(noon.AddDays(1));
        await Eventually.TrueAsync(() => _seen.Runs.Count == 2);

        var status = _seen.Runs.Select(run => run.ScheduleStatus!).ToArray();
        Assert.Equal((default, noon.UtcDateTime), (status[0].Last, status[0].Next));
        Assert.Equal((noon.UtcDateTime, noon.UtcDateTime.AddDays(1)), (status[1].Last, status[1].Next));
    }

    [Fact]
    public async Task A_disabled_timer_runs_only_by_hand()
    {
        await using var host = await StartAsync(
            new HostOptions { Settings = { ["AzureWebJobs.EverySecond.Disabled"] = "true" } }, typeof(TimerFunctions.EverySecond));
        await Task.Delay(1_500);
        Assert.Empty(_seen.Runs);
        using var response = await host.SendAsync("POST", "/admin/functions/EverySecond", """{"input":""}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        await Eventually.TrueAsync(() => _seen.Runs.Count == 1);
        Assert.Contains(host.Log.All, line => line.Contains("(1 disabled)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/admin/functions/Noon", """{"input":""}""", null, 401)]
    [InlineData("POST", "/admin/functions/Noon", """{"input":""}""", "wrong", 401)]
    [InlineData("POST", "/admin/functions/Other", """{"input":""}""", "right", 404)]
    [InlineData("POST", "/admin/functions/Noon", "", "right", 400)]
    [InlineData("POST", "/admin/functions/Noon", "[]", "right", 400)]
    [InlineData("POST", "/admin/functions/Noon", null, "right", 415)]
    [InlineData("GET", "/admin/functions/Noon", null, "right", 404)]
    [InlineData("POST", "/admin/functions/noon/", "{}", "right", 202)]
    public async Task The_admin_route_wants_the_key_a_body_and_a_name(string verb, string path, string? json, string? key, int status)
    {
        await using var host = await StartAsync(
            new HostOptions { Settings = { ["FUNCTIONS_MASTER_KEY"] = "right" } }, typeof(TimerFunctions.Noon));
        using var response = await host.SendAsync(verb, path, json, key);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 202)
            await Eventually.TrueAsync(() => _seen.Runs.Count == 1);
        else
            Assert.Empty(_seen.Runs);
    }

    [Fact]
    public async Task Stopping_cancels_a_run_and_waits_for_it()
    {
        await using var host = await StartAsync(typeof(TimerFunctions.Endless));
        await Eventually.TrueAsync(() => _seen.Runs.Count == 1);
        var start = Stopwatch.GetTimestamp();
        await host.StopAsync();

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(host.Log.All, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private Task<RunningHost> StartAsync(Type functions) => StartAsync(new HostOptions(), functions);

    private Task<RunningHost> StartAsync(HostOptions options, Type functions)
    {
        var more = options.Configure;
        return RunningHost.StartAsync(options with
        {
            Configure = builder =>
            {
                builder.Services.AddSingleton(_seen).AddSingleton<ScopedThing.Counter>().AddScoped<ScopedThing>();
                more?.Invoke(builder);
            },
        }, functions);
    }
}
