using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.HostApp;

/// <summary>Timer functions. Each logs its arguments.</summary>
public sealed class Timers
{
    [Function("EverySecond")]
    public void EverySecond([TimerTrigger("* * * * * *")] TimerInfo timer) => Report("EverySecond", timer);

    [Function("EveryMinute")]
    public void EveryMinute([TimerTrigger("0 * * * * *")] TimerInfo timer) => Report("EveryMinute", timer);

    [Function("Unmonitored")]
    public void Unmonitored([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer) =>
        Report("Unmonitored", timer);

    [Function("AtStart")]
    public void AtStart([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => Report("AtStart", timer);

    [Function("BySetting")]
    public void BySetting([TimerTrigger("%HostApp_Schedule%")] TimerInfo timer) => Report("BySetting", timer);

    [Function("Failing")]
    public void Failing([TimerTrigger("* * * * * *")] TimerInfo timer)
    {
        Report("Failing", timer);
        throw new InvalidOperationException("the timer fails on purpose");
    }

    /// <summary>Runs until it is cancelled.</summary>
    [Function("Patient")]
    public async Task Patient([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer, CancellationToken cancellation)
    {
        Report("Patient", timer);
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        finally
        {
            Console.WriteLine("Patient: cancelled");
        }
    }

    /// <summary>Ignores cancellation.</summary>
    [Function("Stubborn")]
    public async Task Stubborn([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer)
    {
        Report("Stubborn", timer);
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    private static void Report(string name, TimerInfo timer) =>
        Console.WriteLine($"Timer {name}: {JsonSerializer.Serialize(timer)}");
}
