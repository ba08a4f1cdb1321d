using System.Globalization;
using Microsoft.Azure.Functions.Worker.LocalHost.Functions;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Timers;

/// <summary>Reads the schedule of a trigger: NCRONTAB, a time span, or <c>%Setting%</c> that holds one of them.</summary>
internal static class ScheduleReader
{
    /// <exception cref="FunctionRefusedException">Malformed, or the setting is missing.</exception>
    internal static ISchedule Read(string schedule, IConfiguration configuration)
    {
        var text = Resolve(schedule, configuration).Trim();
        if (!text.Contains(' ', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval))
        {
            return interval > TimeSpan.Zero
                ? new ConstantSchedule(interval)
                : throw new FunctionRefusedException($"the schedule '{text}' is not a positive time span");
        }

        try
        {
            return CronSchedule.Parse(text);
        }
        catch (FormatException e)
        {
            throw new FunctionRefusedException($"the schedule '{text}' is malformed: {e.Message}", e);
        }
    }

    private static string Resolve(string schedule, IConfiguration configuration)
    {
        if (schedule is not ['%', .. var setting, '%'])
            return schedule;
        return configuration[setting] is { Length: > 0 } value
            ? value
            : throw new FunctionRefusedException($"the setting {setting} of the schedule is missing");
    }
}
