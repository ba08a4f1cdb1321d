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
            var count = counted is null ? 0 : UnverifiedColumns.Get<int>(counted, table.Name, CountColumn);
            check(count);
            return Row(pair, count + 1);
        }
    }

    private static TableEntity Row(string pair, int count) => new(pair[..2], pair) { [CountColumn] = count };
}
