using System.Runtime.CompilerServices;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Storage.Policies;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// Reads the access log of one subject, newest first, from the table of today back to the end of the retention. What is written meanwhile is newer
/// than where a reader stands: it meets no row twice and misses none that stood there when it began.
/// </summary>
public sealed class AccessLogReader(Tables tables, Cursors cursors, IOptions<KeyserverOptions> options, TimeProvider clock)
{
    /// <summary>Day tables that one page asks at most.</summary>
    public const int MaxTables = 16;

    /// <summary>Tables asked at once grow so, while they bring too little: 1, 4, 11.</summary>
    private const int Growth = 4;

    /// <summary>Entries of a step through everything, and rows of each place: a row may have 16 KB.</summary>
    private const int StepLength = 200;

    /// <summary>The bit of <see cref="LogPosition.Places"/> that is no former lane.</summary>
    private const int Own = 1 << FormerLogRow.Lanes;

    // Another instance's clock may be ahead, and just before midnight it writes into tomorrow's table.
    private DateOnly NewestDay => DateOnly.FromDateTime(clock.GetUtcNow().Add(ClockPolicy.Tolerance).UtcDateTime);

    // The table that the next run of the timer drops still stands.
    private DateOnly OldestDay => options.Value.AccessLog.OldestDay(clock.GetUtcNow()).AddDays(-1);

    /// <param name="subject">The group id, or the DID whose keypair it is.</param>
    /// <param name="key">The account key of the subject's owner.</param>
    /// <param name="limit">How many entries the page has at most.</param>
    /// <param name="cursor">Of the page before; null for the first one.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="Errors.KeyserverException">InvalidRequest: the cursor is not one of this log.</exception>
    /// <exception cref="TamperedException">A row is not as we wrote it.</exception>
    public async Task<LogPage> ReadAsync(string subject, SealingKey key, int limit, string? cursor, CancellationToken cancellation)
    {
        var list = $"access log {subject}";
        var start = await cursors.ReadAsync(list, cursor, cancellation) is { } text ? LogPosition.Parse(text) : new LogPosition(NewestDay);
        var (entries, next) = await ReadAsync(subject, key, limit, start, cancellation);
        return new LogPage(entries, next is null ? null : await cursors.MakeAsync(list, next.Value.ToString(), cancellation));
    }

    /// <summary>The whole log in pieces of a few hundred entries, of which some may be empty.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogEntry>> ReadAllAsync(
        string subject, SealingKey key, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (LogPosition? position = new LogPosition(NewestDay); position is not null;)
        {
            (var entries, position) = await ReadAsync(subject, key, StepLength, position.Value, cancellation);
            yield return entries;
        }
    }

    private async Task<(List<LogEntry> Entries, LogPosition? Next)> ReadAsync(
        string subject, SealingKey key, int limit, LogPosition start, CancellationToken cancellation)
    {
        var stem = LogRow.Stem(key, subject);
        var oldest = OldestDay;
        var entries = new List<LogEntry>();
        var day = start.Day;
        for (int left = MaxTables, atOnce = 1; left > 0 && day >= oldest; atOnce *= Growth)
        {
            var days = Math.Min(Math.Min(atOnce, left), day.DayNumber - oldest.DayNumber + 1);
            // One more than will be taken: so a page knows whether its last row was its table's last, too.
            var most = limit - entries.Count + 1;
            var found = await Task.WhenAll(Enumerable.Range(0, days).Select(back => day.AddDays(-back)).Select(
                asked => NewestAsync(tables.AccessLog(asked), stem, asked == start.Day ? start : default, most, cancellation)));
            for (var back = 0; back < days; back++, day = day.AddDays(-1))
            {
                for (var i = 0; i < found[back].Count; i++)
                {
                    var row = found[back][i];
                    // What was not taken of a place ends the page, also what lies behind the rows that were asked for.
                    if (entries.Count == limit || i == most - 1)
                        return (entries, At(day, found[back], i, taken: 0));
                    var all = LogRow.Open(tables.AccessLog(day).Name, row, key);
                    var taken = LogRow.MomentOf(row) == start.From ? start.Taken : 0;
                    var now = Math.Min(limit - entries.Count, all.Count - taken);
                    entries.AddRange(all.Skip(taken).Take(now));
                    if (taken + now < all.Count)
                        return (entries, At(day, found[back], i, taken + now));
                }
            }

            if (entries.Count == limit)
                break;
            left -= days;
        }

        return (entries, day >= oldest ? new LogPosition(day) : null);
    }

    /// <summary>The rows of a table from a position on: the newest of each place, in order.</summary>
    private static async Task<List<TableEntity>> NewestAsync(
        Table table, string stem, LogPosition from, int most, CancellationToken cancellation)
    {
        var start = from.From ?? "";
        List<Task<List<TableEntity>>> places = [];
        if (from.From is null || (from.Places & Own) != 0)
            places.Add(TakeAsync(table.QueryFromAsync(LogRow.Partition(stem), LogRow.Prefix(stem), start, most, cancellation)));
        if (from.From is null)
            places.Add(FormerAsync());
        else
            places.AddRange(Enumerable.Range(0, FormerLogRow.Lanes).Where(lane => (from.Places & (1 << lane)) != 0).Select(LaneAsync));
        return [.. (await Task.WhenAll(places)).SelectMany(rows => rows).OrderBy(LogRow.MomentOf, StringComparer.Ordinal)];

        // On a quiet day one query brings the rows of all lanes. Where it comes back full, it has read the lanes up to its last row's.
        async Task<List<TableEntity>> FormerAsync()
        {
            var known = await TakeAsync(table.QueryPartitionsAsync(
                FormerLogRow.Partition(stem, 0), FormerLogRow.Partition(stem, FormerLogRow.Lanes), most, cancellation));
            var next = known.Count < most ? FormerLogRow.Lanes : Math.Max(1, FormerLogRow.LaneOf(known[^1]));
            known.RemoveAll(row => FormerLogRow.LaneOf(row) >= next);
            var lanes = await Task.WhenAll(Enumerable.Range(next, FormerLogRow.Lanes - next).Select(LaneAsync));
            return [.. known, .. lanes.SelectMany(rows => rows)];
        }

        Task<List<TableEntity>> LaneAsync(int lane) =>
            TakeAsync(table.QueryFromAsync(FormerLogRow.Partition(stem, lane), "", start, most, cancellation));

        async Task<List<TableEntity>> TakeAsync(IAsyncEnumerable<TableEntity> rows) => await rows.Take(most).ToListAsync(cancellation);
    }

    private static LogPosition At(DateOnly day, List<TableEntity> rows, int index, int taken) =>
        new(day, LogRow.MomentOf(rows[index]), taken, rows.Skip(index).Aggregate(0, (bits, row) => bits | PlaceOf(row)));

    private static int PlaceOf(TableEntity row) => FormerLogRow.Is(row) ? 1 << FormerLogRow.LaneOf(row) : Own;
}
