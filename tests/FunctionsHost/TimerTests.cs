using System.Globalization;
using System.Text.Json;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>Timer functions on their schedules.</summary>
public sealed class TimerTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Timers_run_when_due_and_get_their_last_run_time()
    {
        await using var app = await StartAsync(["EveryMinute", "Unmonitored", "EverySecond"]);
        await _clock.AdvanceToAsync(Time("12:00:31"));
        await RunsAsync(app, "EverySecond", 1);
        Assert.DoesNotContain(app.Lines.All, line => line.StartsWith("Timer EveryMinute", StringComparison.Ordinal));
        await _clock.AdvanceToAsync(Time("12:01:00"), waiting: 2);
        await RunsAsync(app, "EveryMinute", 1);
        await _clock.AdvanceToAsync(Time("12:02:00"), waiting: 2);

        var runs = await RunsAsync(app, "EveryMinute", 2);
        Assert.All(runs, run => Assert.False(run.IsPastDue));
        Assert.Equal(
            (default, Time("12:01:00").UtcDateTime), (runs[0].ScheduleStatus!.Last, runs[0].ScheduleStatus!.Next));
        Assert.Equal((Time("12:01:00").UtcDateTime, Time("12:02:00").UtcDateTime),
            (runs[1].ScheduleStatus!.Last, runs[1].ScheduleStatus!.Next));
        // The host stores no status of an unmonitored timer, or one due more than once a minute.
        Assert.All(await RunsAsync(app, "Unmonitored", 2), run => Assert.Null(run.ScheduleStatus));
        Assert.Null((await RunsAsync(app, "EverySecond", 1))[0].ScheduleStatus);
    }

    [Fact]
    public async Task A_run_missed_without_a_worker_happens_once_later()
    {
        await using var app = await StartAsync(["EveryMinute"]);
        Processes.SendKill(app.Host.WorkerProcessId!.Value);
        await _clock.WaitForAsync(ManualClock.Beginning.AddSeconds(0.25));
        await _clock.WaitForAsync(Time("12:01:00"));
        _clock.AdvanceBy(TimeSpan.FromMinutes(3));
        await RunsAsync(app, "EveryMinute", 1);
        await _clock.AdvanceToAsync(Time("12:04:00"));

        var runs = await RunsAsync(app, "EveryMinute", 2);
        Assert.Equal([true, false], runs.Select(run => run.IsPastDue));
        Assert.Equal(Time("12:01:00").UtcDateTime, runs[0].ScheduleStatus!.Next);
        Assert.Equal((Time("12:01:00").UtcDateTime, Time("12:04:00").UtcDateTime),
            (runs[1].ScheduleStatus!.Last, runs[1].ScheduleStatus!.Next));
    }

    [Fact]
    public async Task A_timer_can_run_at_host_startup()
    {
        await using var app = await StartAsync(["AtStart"]);

        var run = Assert.Single(await RunsAsync(app, "AtStart", 1));
        Assert.False(run.IsPastDue);
        // Its schedule is once a year.
        await _clock.WaitForAsync(ManualClock.Beginning.AddMinutes(1));
        Assert.Single(app.Lines.All, line => line.StartsWith("Timer ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_schedule_comes_from_a_setting_and_survives_a_failure()
    {
        await using var app = await StartAsync(["BySetting", "Failing"], schedule: "*/10 * * * * *");
        await _clock.AdvanceToAsync(Time("12:00:31"));
        await app.Lines.FirstAsync(line => line.Contains("fail: Host[0] Failing failed:", StringComparison.Ordinal)
            && line.Contains("the timer fails on purpose", StringComparison.Ordinal));
        await _clock.AdvanceToAsync(Time("12:00:32"));
        await RunsAsync(app, "Failing", 2);
        Assert.DoesNotContain(app.Lines.All, line => line.StartsWith("Timer BySetting", StringComparison.Ordinal));
        await _clock.AdvanceToAsync(Time("12:00:40"));
        await RunsAsync(app, "BySetting", 1);
    }

    [Fact]
    public async Task A_disabled_timer_runs_only_on_request()
    {
        // All timers but EveryMinute are disabled.
        await using var app = await StartAsync(["EveryMinute"]);
        await _clock.AdvanceToAsync(Time("12:01:00"));
        await RunsAsync(app, "EveryMinute", 1);
        await app.StartTimerAsync("EverySecond");
        await RunsAsync(app, "EverySecond", 1);

        Assert.Equal(2, app.Lines.All.Count(line => line.StartsWith("Timer ", StringComparison.Ordinal)));
    }

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse($"2025-06-15T{text}Z", CultureInfo.InvariantCulture);

    private static async Task<IReadOnlyList<Run>> RunsAsync(AppHost app, string name, int count)
    {
        var prefix = $"Timer {name}: ";
        var lines = await app.Lines.FirstAsync(count, line => line.StartsWith(prefix, StringComparison.Ordinal));
        return [.. lines.Select(line => JsonSerializer.Deserialize<Run>(line[prefix.Length..])!)];
    }

    // Returns once every timer waits. A timer that is between reading the clock and waiting when the clock advances
    // would wait for too late a time.
    private async Task<AppHost> StartAsync(string[] timers, string? schedule = null)
    {
        var app = await AppHost.StartAsync(
            options => options with
            {
                Clock = _clock,
                Environment = schedule is null
                    ? options.Environment
                    : new Dictionary<string, string?>(options.Environment) { ["HostApp_Schedule"] = schedule },
            },
            timers);
        await _clock.WaitForTimersAsync(timers.Length);
        return app;
    }

    private sealed record Run(Status? ScheduleStatus, bool IsPastDue);

    private sealed record Status(DateTime Last, DateTime Next, DateTime LastUpdated);
}
