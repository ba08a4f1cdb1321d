using System.Globalization;

namespace AtpKeyserver.AccessLog;

/// <summary>Where reading goes on: in the table of this day at this row, or at its beginning.</summary>
/// <param name="Day">UTC.</param>
/// <param name="From">The <see cref="LogRow.Moment"/> of the first row that was not read to its end; null for the beginning.</param>
/// <param name="Taken">Entries of that row that were read.</param>
/// <param name="Places">Those that have rows from there on, a bit for each: the subject's own, and four former lanes. The others need not be asked again.</param>
internal readonly record struct LogPosition(DateOnly Day, string? From = null, int Taken = 0, int Places = 0)
{
    private const string DayFormat = "yyyyMMdd";

    /// <summary>What <see cref="ToString"/> made; cursors are authenticated, so nothing else comes here.</summary>
    public static LogPosition Parse(string text)
    {
        var parts = text.Split(':');
        var day = DateOnly.ParseExact(parts[0], DayFormat, CultureInfo.InvariantCulture);
        return parts is [_, var places, var taken, var from]
            ? new LogPosition(day, from, int.Parse(taken, CultureInfo.InvariantCulture), int.Parse(places, CultureInfo.InvariantCulture))
            : new LogPosition(day);
    }

    public override string ToString()
    {
        var day = Day.ToString(DayFormat, CultureInfo.InvariantCulture);
        return From is null ? day : string.Create(CultureInfo.InvariantCulture, $"{day}:{Places}:{Taken}:{From}");
    }
}
