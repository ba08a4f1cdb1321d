using System.Runtime.CompilerServices;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Storage.Policies;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// Reads the access log of one subject, newest first, from today's table back to the end of the retention period. Rows
/// written during a paged read are newer than its position, so that it returns no row twice and misses none that
/// existed when it started.
/// </summary>
public sealed class AccessLogReader(
    Tables tables, Cursors cursors, IOptions<KeyserverOptions> options, TimeProvider clock)
{
    /// <summary>Day tables that one page reads at most.</summary>
    public const int MaxTables = 16;

    /// <summary>
    /// While the page is not full, the number of tables read in parallel grows by this factor: 1, 4, 11.
    /// </summary>
    private const int Growth = 4;

    /// <summary>Entries per step of a full read, and rows read per table: a row may hold 30 KB.</summary>
    private const int StepLength = 200;

    // An instance whose clock is ahead writes to tomorrow's table just before midnight.
    private DateOnly NewestDay => DateOnly.FromDateTime(clock.GetUtcNow().Add(ClockPolicy.Tolerance).UtcDateTime);

    // The table that the next timer run drops still exists.
    private DateOnly OldestDay => options.Value.AccessLog.OldestDay(clock.GetUtcNow()).AddDays(-1);

    /// <param name="subject">The group id, or the DID that owns the keypair.</param>
    /// <param name="key">The account key of the subject's owner.</param>
    /// <param name="limit">Maximum number of entries.</param>
    /// <param name="cursor">From the previous page; null for the first.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="Errors.KeyserverException">InvalidRequest: the cursor belongs to another log.</exception>
    /// <exception cref="TamperedException">A row failed verification.</exception>
    public async Task<LogPage> ReadAsync(
        string subject, SealingKey key, int limit, string? cursor, CancellationToken cancellation)
    {
        var list = $"access log {subject}";
        var start = await cursors.ReadAsync(list, cursor, cancellation) is { } text
            ? LogPosition.Parse(text)
            : new LogPosition(NewestDay);
        var (entries, next) = await ReadAsync(subject, key, limit, start, cancellation);
        return new LogPage(
            entries, next is null ? null : await cursors.MakeAsync(list, next.Value.ToString(), cancellation));
    }

    /// <summary>The whole log, in batches of at most 200 entries; a batch may be empty.</summary>
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
            // One row more than needed shows whether the table has more rows.
            var max = limit - entries.Count + 1;
            var found = await Task.WhenAll(Enumerable.Range(0, days).Select(back => day.AddDays(-back)).Select(
                date => NewestAsync(
                    tables.AccessLog(date), stem, date == start.Day ? start.From : null, max, cancellation)));
            for (var back = 0; back < days; back++, day = day.AddDays(-1))
            {
                for (var i = 0; i < found[back].Count; i++)
                {
                    var row = found[back][i];
                    // The page ends here if it is full, or if more rows may follow those that were read.
                    if (entries.Count == limit || i == max - 1)
                        return (entries, new LogPosition(day, row.Moment));
                    var all = row.Open(tables.AccessLog(day).Name, key);
                    var taken = row.Moment == start.From ? start.Taken : 0;
                    var take = Math.Min(limit - entries.Count, all.Count - taken);
                    entries.AddRange(all.Skip(taken).Take(take));
                    if (taken + take < all.Count)
                        return (entries, new LogPosition(day, row.Moment, taken + take));
                }
            }

            if (entries.Count == limit)
                break;
            left -= days;
        }

        return (entries, day >= oldest ? new LogPosition(day) : null);
    }

    /// <summary>The newest rows of a table from a moment on.</summary>
    private static async Task<List<LogRow>> NewestAsync(
        Table table, string stem, string? from, int max, CancellationToken cancellation) =>
        await table.QueryFromAsync(LogRow.PartitionOf(stem), LogRow.Prefix(stem), from ?? "", max, cancellation)
            .Take(max)
            .Select(row => new LogRow(row))
            .ToListAsync(cancellation);
}
