using System.Globalization;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Errors;

namespace AtpKeyserver.AccessLog;

/// <summary>Where reading resumes: at a row of a day's table, or at its start.</summary>
/// <param name="Day">UTC.</param>
/// <param name="From">
/// The moment (<see cref="LogRow.Moment"/>) of the first row that was not fully read; null for the start.
/// </param>
/// <param name="Taken">Entries of that row already read.</param>
internal readonly record struct LogPosition(DateOnly Day, string? From = null, int Taken = 0)
{
    private const string DayFormat = "yyyyMMdd";

    /// <summary>
    /// Parses the result of <see cref="ToString"/>; cursors are authenticated, so the text is well-formed.
    /// </summary>
    /// <exception cref="KeyserverException">InvalidRequest: another version of the server made the cursor.</exception>
    public static LogPosition Parse(string text)
    {
        var parts = text.Split(':');
        var day = DateOnly.ParseExact(parts[0], DayFormat, CultureInfo.InvariantCulture);
        return parts switch
        {
            [_] => new LogPosition(day),
            [_, var taken, var from] => new LogPosition(day, from, int.Parse(taken, CultureInfo.InvariantCulture)),
            _ => throw new KeyserverException(ErrorName.InvalidRequest, "cursor has expired; start again without it."),
        };
    }

    public override string ToString()
    {
        var day = Day.ToString(DayFormat, CultureInfo.InvariantCulture);
        return From is null ? day : string.Create(CultureInfo.InvariantCulture, $"{day}:{Taken}:{From}");
    }
}
