using System.Globalization;
using AtpKeyserver.FunctionsHost.Timers;

namespace AtpKeyserver.Tests.FunctionsHost.Parts;

/// <summary>
/// Schedules as https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer describes them.
/// </summary>
public sealed class ScheduleTests
{
    // 15 January 2025 is a Wednesday.
    [Theory]
    [InlineData("0 */5 * * * *", "2025-01-15 10:02:30", "2025-01-15 10:05:00")]
    [InlineData("0 */5 * * * *", "2025-01-15 10:05:00", "2025-01-15 10:10:00")]
    [InlineData("* * * * * *", "2025-01-15 10:02:30", "2025-01-15 10:02:31")]
    [InlineData("0 30 9 * * 1-5", "2025-01-17 09:30:00", "2025-01-20 09:30:00")]
    [InlineData("0 30 9 * Jan Mon", "2025-01-27 09:30:00", "2026-01-05 09:30:00")]
    [InlineData("5,8,10 * * * * *", "2025-01-15 10:02:08", "2025-01-15 10:02:10")]
    [InlineData("0 0 0 29 2 0", "2096-03-01 00:00:00", "2128-02-29 00:00:00")]
    [InlineData("06:00:00", "2025-01-15 10:02:30", "2025-01-15 16:02:30")]
    public void The_next_occurrence_is_after_the_given_time(string schedule, string after, string expected) =>
        Assert.Equal(Time(expected), Schedule.Parse(schedule).Next(Time(after)));

    [Fact]
    public void Times_are_in_UTC() =>
        Assert.Equal(DateTimeKind.Utc, Schedule.Parse("0 0 3 * * *").Next(Time("2025-01-15 00:00:00"))!.Value.Kind);

    [Theory]
    [InlineData("* * * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("* * 24 * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("5-1 * * * * *x")]
    [InlineData("0 0 0 31 2 *")]
    [InlineData("-01:00:00")]
    public void Other_schedules_are_refused(string schedule) =>
        Assert.Throws<FormatException>(() => Schedule.Parse(schedule));

    private static DateTime Time(string text) => DateTime.ParseExact(
        text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
