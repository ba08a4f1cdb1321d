using System.Globalization;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Timers;

/// <summary>Six-field NCRONTAB: <c>{second} {minute} {hour} {day} {month} {day of week}</c>, Sunday is 0.</summary>
/// <remarks>
/// Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions. Unlike in cron, day and day of
/// week must both match. Stricter than NCrontab: ranges that run backwards and expressions that never occur are refused.
/// </remarks>
internal sealed class CronSchedule : ISchedule
{
    // Longer than the longest pause of any date: 29 February on a given weekday across 2100.
    private const int MaxYears = 41;

    private static readonly string[] Months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];
    private static readonly string[] Weekdays = CultureInfo.InvariantCulture.DateTimeFormat.DayNames;

    private readonly CronField _seconds;
    private readonly CronField _minutes;
    private readonly CronField _hours;
    private readonly CronField _days;
    private readonly CronField _months;
    private readonly CronField _weekdays;

    private CronSchedule(string[] fields)
    {
        _seconds = CronField.Parse(fields[0], 0, 59);
        _minutes = CronField.Parse(fields[1], 0, 59);
        _hours = CronField.Parse(fields[2], 0, 23);
        _days = CronField.Parse(fields[3], 1, 31);
        _months = CronField.Parse(fields[4], 1, 12, Months);
        _weekdays = CronField.Parse(fields[5], 0, 6, Weekdays);
        var oneSecond = _seconds.AtLeast(_seconds.AtLeast(0) + 1) < 0;
        ShortestInterval = oneSecond ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(1);
    }

    public TimeSpan ShortestInterval { get; }

    /// <exception cref="FormatException">Not such an expression, or one that never occurs.</exception>
    internal static CronSchedule Parse(string expression)
    {
        var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 6)
            throw new FormatException($"six fields are due, not {fields.Length}");
        var schedule = new CronSchedule(fields);
        // A year like any other: what does not occur in the decades after it never does.
        return schedule.Next(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc)) is null
            ? throw new FormatException("it never occurs")
            : schedule;
    }

    public DateTime? Next(DateTime after)
    {
        var start = new DateTime(after.Ticks - after.Ticks % TimeSpan.TicksPerSecond, DateTimeKind.Utc).AddSeconds(1);
        var day = start.Date;
        for (var end = day.AddYears(MaxYears); day < end; day = day.AddDays(1))
        {
            if (!_months.Contains(day.Month) || !_days.Contains(day.Day) || !_weekdays.Contains((int)day.DayOfWeek))
                continue;
            if (NextTime(day == start.Date ? start.TimeOfDay : TimeSpan.Zero) is { } time)
                return day + time;
        }

        return null;
    }

    // The first time of day not before this one.
    private TimeSpan? NextTime(TimeSpan from)
    {
        for (var hour = _hours.AtLeast(from.Hours); hour >= 0; hour = _hours.AtLeast(hour + 1))
        {
            var sameHour = hour == from.Hours;
            for (var minute = _minutes.AtLeast(sameHour ? from.Minutes : 0); minute >= 0; minute = _minutes.AtLeast(minute + 1))
            {
                var second = _seconds.AtLeast(sameHour && minute == from.Minutes ? from.Seconds : 0);
                if (second >= 0)
                    return new TimeSpan(hour, minute, second);
            }
        }

        return null;
    }
}
