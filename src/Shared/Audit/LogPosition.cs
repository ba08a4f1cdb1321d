using System.Globalization;

namespace AtpKeyserver.Audit;

/// <summary>Where reading goes on: in the table of this day behind this row, or at its beginning.</summary>
/// <param name="Day">UTC.</param>
/// <param name="After">A row key; null for the beginning.</param>
internal readonly record struct LogPosition(DateOnly Day, string? After = null)
{
    private const string DayFormat = "yyyyMMdd";

    /// <summary>What <see cref="ToString"/> made; cursors are authenticated, so nothing else comes here.</summary>
    public static LogPosition Parse(string text)
    {
        var day = DateOnly.ParseExact(text.AsSpan(0, DayFormat.Length), DayFormat, CultureInfo.InvariantCulture);
        return new LogPosition(day, text.Length == DayFormat.Length ? null : text[DayFormat.Length..]);
    }

    public override string ToString() => Day.ToString(DayFormat, CultureInfo.InvariantCulture) + After;
}
