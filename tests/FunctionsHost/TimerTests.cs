using System.Net;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>Timers run when they are due by the host's clock, and when an operator asks.</summary>
public sealed class TimerTests(TimerTests.Clocked host) : IClassFixture<TimerTests.Clocked>
{
    [Fact]
    public async Task A_timer_runs_at_its_time_and_late_once_when_the_worker_was_away()
    {
        Assert.False(host.Says("Hourly runs"));
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        await host.SaysAsync("Hourly runs, late False, next 12:00, last 00:00");
        await Eventually.TrueAsync(() => Turn(TimeSpan.FromMinutes(1), "Hourly runs, late False, next 13:00, last 12:00"));

        var worker = host.Host.WorkerProcessId;
        host.KillWorker();
        await host.SaysAsync("The worker ended");
        host.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1));
        await host.SaysAsync("Hourly runs, late True, next 14:00, last 13:00");
        Assert.NotEqual(worker, host.Host.WorkerProcessId);
    }

    [Fact]
    public async Task An_operator_starts_a_timer_that_has_no_schedule()
    {
        Assert.Equal(HttpStatusCode.Accepted, await host.StartTimerAsync("unscheduled"));
        await host.SaysAsync("Unscheduled runs, late False, next none");
        Assert.Equal(HttpStatusCode.Accepted, await host.StartTimerAsync("FromSetting"));
        await host.SaysAsync("FromSetting runs, late False, next none");
    }

    [Fact]
    public async Task An_operator_needs_the_key_a_name_and_a_body()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StartTimerAsync("Unscheduled", key: null));
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StartTimerAsync("Unscheduled", key: "another"));
        Assert.Equal(HttpStatusCode.NotFound, await host.StartTimerAsync("Nobody"));
        Assert.Equal(HttpStatusCode.NotFound, await host.StartTimerAsync("Echo"));
        Assert.Equal(HttpStatusCode.BadRequest, await host.StartTimerAsync("Unscheduled", body: "{"));
        Assert.Equal(HttpStatusCode.BadRequest, await host.StartTimerAsync("Unscheduled", body: "[]"));
        using var text = new HttpRequestMessage(HttpMethod.Post, "/admin/functions/Unscheduled") { Content = new StringContent("{}") };
        text.Headers.Add("x-functions-key", RunningHost.MasterKey);
        using var answer = await host.Http.SendAsync(text);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task A_timer_that_throws_is_logged()
    {
        Assert.Equal(HttpStatusCode.Accepted, await host.StartTimerAsync("ThrowingTimer"));
        await host.SaysAsync("ThrowingTimer failed: ");
    }

    private bool Turn(TimeSpan by, string until)
    {
        host.Clock.Advance(by);
        return host.Says(until);
    }

    public sealed class Clocked : RunningHost
    {
        protected override bool HasFakeClock => true;
    }
}
