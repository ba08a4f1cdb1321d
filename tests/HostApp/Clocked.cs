using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.HostApp;

/// <summary>Timers that write what they were told.</summary>
public sealed class Clocked(ILogger<Clocked> logger)
{
    [Function("Hourly")]
    public void Hourly([TimerTrigger("0 0 * * * *")] TimerInfo timer) => Report("Hourly", timer);

    [Function("FromSetting")]
    public void FromSetting([TimerTrigger("%HOSTAPP_SCHEDULE%", UseMonitor = false)] TimerInfo timer) => Report("FromSetting", timer);

    [Function("Unscheduled")]
    public void Unscheduled([TimerTrigger("* * * * * *")] TimerInfo timer) => Report("Unscheduled", timer);

    [Function("ThrowingTimer")]
    public void Throwing([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => throw new InvalidOperationException("A timer fails.");

    private void Report(string name, TimerInfo timer)
    {
        var text = $"{name} runs, late {timer.IsPastDue}, next {timer.ScheduleStatus?.Next.ToString("HH:mm") ?? "none"}, "
            + $"last {timer.ScheduleStatus?.Last.ToString("HH:mm") ?? "none"}";
        logger.Log(LogLevel.Information, 0, text, null, static (state, _) => state);
    }
}
