using System.Globalization;
using Microsoft.Azure.Functions.Worker.LocalHost.Timers;

namespace AtpKeyserver.Tests.Unit.StandIns.Host;

/// <summary>Six-field NCRONTAB as https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer describes it.</summary>
public sealed class CronScheduleTests
{
    // 15 January 2025 is a Wednesday.
    [Theory]
    [InlineData("0 */5 * * * *", "2025-01-15 10:02:30", "2025-01-15 10:05:00")]
    [InlineData("0 */5 * * * *", "2025-01-15 10:05:00", "2025-01-15 10:10:00")]
    [InlineData("0 */5 * * * *", "2025-01-15 23:59:59", "2025-01-16 00:00:00")]
    [InlineData("* * * * * *", "2025-01-15 10:02:30", "2025-01-15 10:02:31")]
    [InlineData("0 0 * * * *", "2025-01-15 10:02:30", "2025-01-15 11:00:00")]
    [InlineData("0 0 */2 * * *", "2025-01-15 11:00:00", "2025-01-15 12:00:00")]
    [InlineData("0 0 9-17 * * *", "2025-01-15 17:00:00", "2025-01-16 09:00:00")]
    [InlineData("0 30 9 * * *", "2025-01-15 09:30:00", "2025-01-16 09:30:00")]
    [InlineData("0 30 9 * * 1-5", "2025-01-17 09:30:00", "2025-01-20 09:30:00")]
    [InlineData("0 30 9 * Jan Mon", "2025-01-27 09:30:00", "2026-01-05 09:30:00")]
    [InlineData("0 0 0 1 january,JUL *", "2025-01-15 00:00:00", "2025-07-01 00:00:00")]
    [InlineData("5,8,10 * * * * *", "2025-01-15 10:02:08", "2025-01-15 10:02:10")]
    [InlineData("5-7/2 * * * * *", "2025-01-15 10:02:05", "2025-01-15 10:02:07")]
    [InlineData("0 50/5 * * * *", "2025-01-15 10:02:00", "2025-01-15 10:50:00")]
    [InlineData("0 50/5 * * * *", "2025-01-15 10:55:00", "2025-01-15 11:50:00")]
    [InlineData("30 59 23 31 12 *", "2025-01-15 00:00:00", "2025-12-31 23:59:30")]
    [InlineData("0 0 0 29 2 *", "2025-01-15 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 0 29 2 0", "2096-03-01 00:00:00", "2128-02-29 00:00:00")]
    [InlineData("0 0 0 31 * *", "2025-01-31 00:00:00", "2025-03-31 00:00:00")]
    [InlineData("  0   0 0  * *\t* ", "2025-01-15 00:00:00", "2025-01-16 00:00:00")]
    public void The_next_occurrence_is_found(string expression, string after, string expected) =>
        Assert.Equal(Time(expected), CronSchedule.Parse(expression).Next(Time(after)));

    [Fact]
    public void Day_and_weekday_must_both_match() =>
        Assert.Equal(Time("2025-06-13 00:00:00"), CronSchedule.Parse("0 0 0 13 * FRI").Next(Time("2025-01-15 00:00:00")));

    [Fact]
    public void A_part_of_a_second_counts_as_the_second_begun() =>
        Assert.Equal(Time("2025-01-15 10:00:01"), CronSchedule.Parse("* * * * * *").Next(Time("2025-01-15 10:00:00").AddMilliseconds(1)));

    [Fact]
    public void Occurrences_are_those_that_a_walk_over_all_seconds_finds()
    {
        var schedule = CronSchedule.Parse("7,*/25 3-59/19 1,22/1 * * 3,4");
        var found = new List<DateTime>();
        var end = Time("2025-01-17 00:00:00");
        for (var next = schedule.Next(Time("2025-01-15 00:00:00")); next < end; next = schedule.Next(next.Value))
            found.Add(next.Value);

        int[] seconds = [0, 7, 25, 50];
        int[] minutes = [3, 22, 41];
        int[] hours = [1, 22, 23];
        var expected = from day in new[] { 15, 16 }
                       from hour in hours
                       from minute in minutes
                       from second in seconds
                       select new DateTime(2025, 1, day, hour, minute, second, DateTimeKind.Utc);
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* 60 * * * *")]
    [InlineData("* * 24 * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * 32 * *")]
    [InlineData("* * * * 13 *")]
    [InlineData("* * * * 0 *")]
    [InlineData("* * * * * 7")]
    [InlineData("* * * * * Xyz")]
    [InlineData("* * * * * Mo")]
    [InlineData("Jan * * * * *")]
    [InlineData("-1 * * * * *")]
    [InlineData("1- * * * * *")]
    [InlineData("5-1 * * * * *")]
    [InlineData("1-2-3 * * * * *")]
    [InlineData("*/0 * * * * *")]
    [InlineData("*/ * * * * *")]
    [InlineData("*/1/2 * * * * *")]
    [InlineData("1,,2 * * * * *")]
    [InlineData("? * * * * *")]
    [InlineData("+1 * * * * *")]
    [InlineData("0x1 * * * * *")]
    [InlineData("1.5 * * * * *")]
    [InlineData("99999999999 * * * * *")]
    [InlineData("0 0 0 L * *")]
    [InlineData("0 0 0 31 2 *")]
    public void Anything_else_is_refused(string expression) => Assert.Throws<FormatException>(() => CronSchedule.Parse(expression));

    [Theory]
    [InlineData("0 * * * * *", 60)]
    [InlineData("*/30 * * * * *", 1)]
    public void Below_a_minute_is_known(string expression, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), CronSchedule.Parse(expression).ShortestInterval);

    private static DateTime Time(string text) =>
        DateTime.ParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
