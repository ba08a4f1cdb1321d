using System.Globalization;

namespace AtpKeyserver.Audit;

/// <summary>Where reading goes on: in the table of this day behind this row, or at its beginning.</summary>
/// <param name="Day">UTC.</param>
/// <param name="After">A row key; null for the beginning.</param>
/// <param name="Lanes">Those that have rows behind it: a bit for each. The others need not be asked again.</param>
internal readonly record struct LogPosition(DateOnly Day, string? After = null, int Lanes = 0)
{
    private const string DayFormat = "yyyyMMdd";

    /// <summary>What <see cref="ToString"/> made; cursors are authenticated, so nothing else comes here.</summary>
    public static LogPosition Parse(string text)
    {
        var day = DateOnly.ParseExact(text.AsSpan(0, DayFormat.Length), DayFormat, CultureInfo.InvariantCulture);
        return text.Length == DayFormat.Length
            ? new LogPosition(day)
            : new LogPosition(day, text[(DayFormat.Length + 1)..], Convert.ToInt32(text.Substring(DayFormat.Length, 1), 16));
    }

    public override string ToString()
    {
        var day = Day.ToString(DayFormat, CultureInfo.InvariantCulture);
        return After is null ? day : string.Create(CultureInfo.InvariantCulture, $"{day}{Lanes:x}{After}");
    }
}
