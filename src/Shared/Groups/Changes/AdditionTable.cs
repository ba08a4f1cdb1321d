using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Changes;

/// <summary>The daily tables that count additions: a row per pair of accounts. Dropped the day after.</summary>
public sealed class AdditionTable(Tables tables)
{
    private const string CountColumn = "Count";

    /// <summary>Counts an addition.</summary>
    /// <param name="time">When it is made.</param>
    /// <param name="pair">The keyed hash of both accounts, in hex.</param>
    /// <param name="check">Called with the previous count; an exception refuses the addition.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>False if others kept updating the count.</returns>
    public async Task<bool> TryCountAsync(
        DateTimeOffset time, string pair, Action<int> check, CancellationToken cancellation)
    {
        var table = tables.Additions(time);
        // The first addition of the day costs one call.
        return await table.TryInsertAsync(Row(pair, 1), cancellation)
            || await ContendedRow.TryUpdateAsync(table, pair[..2], pair, Next, cancellation);

        TableEntity Next(TableEntity? counted)
        {
            var count = CountOf(table, counted);
            check(count);
            return Row(pair, count + 1);
        }
    }

    /// <summary>Takes back a counted addition, unless others keep updating the count.</summary>
    public Task UncountAsync(DateTimeOffset time, string pair, CancellationToken cancellation)
    {
        var table = tables.Additions(time);
        return ContendedRow.TryUpdateAsync(
            table,
            pair[..2],
            pair,
            counted => Row(pair, Math.Max(0, CountOf(table, counted) - 1)),
            cancellation);
    }

    private static int CountOf(Table table, TableEntity? counted) =>
        counted is null ? 0 : UnverifiedColumns.Get<int>(counted, table.Name, CountColumn);

    private static TableEntity Row(string pair, int count) => new(pair[..2], pair) { [CountColumn] = count };
}
