using System.Globalization;
using NCrontab;

namespace AtpKeyserver.FunctionsHost.Timers;

/// <summary>
/// A timer's schedule, in UTC: an NCRONTAB expression with six fields, or the time span between two runs.
/// </summary>
/// <remarks>
/// Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions.
/// </remarks>
internal sealed class Schedule
{
    private static readonly CrontabSchedule.ParseOptions SixFields = new() { IncludingSeconds = true };

    // Limits the search for an occurrence. 29 February on a given weekday is at most 40 years away.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(366 * 41);

    private readonly CrontabSchedule? _cron;
    private readonly TimeSpan _interval;

    private Schedule(CrontabSchedule? cron, TimeSpan interval)
    {
        _cron = cron;
        _interval = interval;
    }

    /// <summary>The shortest interval between the next occurrences.</summary>
    public TimeSpan ShortestInterval
    {
        get
        {
            if (_cron is null)
                return _interval;
            var year = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            var next = _cron.GetNextOccurrences(year, year + Horizon).Take(6).ToArray();
            return next.Zip(next.Skip(1), (earlier, later) => later - earlier).DefaultIfEmpty(Horizon).Min();
        }
    }

    /// <exception cref="FormatException">The text has neither form, or the schedule never occurs.</exception>
    public static Schedule Parse(string text)
    {
        if (!text.Contains(' ', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval))
        {
            return interval > TimeSpan.Zero
                ? new Schedule(null, interval)
                : throw new FormatException($"the schedule '{text}' is not a positive time span");
        }

        if (CrontabSchedule.TryParse(text, SixFields) is not { } cron)
            throw new FormatException(
                $"the schedule '{text}' is neither an NCRONTAB expression with six fields nor a time span");
        var schedule = new Schedule(cron, default);
        return schedule.Next(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc)) is null
            ? throw new FormatException($"the schedule '{text}' never occurs")
            : schedule;
    }

    /// <returns>The first occurrence after <paramref name="time"/>; null if there is none within 41 years.</returns>
    public DateTime? Next(DateTime time)
    {
        if (_cron is null)
            return time + _interval;
        var next = _cron.GetNextOccurrence(time, time + Horizon);
        return next < time + Horizon ? DateTime.SpecifyKind(next, DateTimeKind.Utc) : null;
    }
}
