using System.Text.RegularExpressions;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.AccessLog.Rows;

/// <summary>
/// An event of a change that is not in the access log yet, in the partition of the change. It holds the complete row of
/// the log.
/// </summary>
public sealed partial record EventRow(TableEntity Row)
{
    private const string LogTableColumn = "LogTable";
    private const string LogPartitionColumn = "LogPartition";
    private const string LogRowColumn = "LogRow";

    /// <summary>When the storage wrote the row.</summary>
    public DateTimeOffset? Written => Row.Timestamp;

    /// <param name="partition">The partition of the change.</param>
    /// <param name="id">Unique within the partition.</param>
    /// <param name="table">The table of the log.</param>
    /// <param name="row">The row of the log.</param>
    public static EventRow Of(string partition, string id, string table, LogRow row) =>
        new(new TableEntity(partition, RowKeys.Event(partition, id))
        {
            [LogTableColumn] = table,
            [LogPartitionColumn] = row.Row.PartitionKey,
            [LogRowColumn] = row.Row.RowKey,
            [LogRow.DetailsColumn] = row.Row[LogRow.DetailsColumn],
            [LogRow.GenerationColumn] = row.Row[LogRow.GenerationColumn],
        });

    /// <summary>The day and the row of the log.</summary>
    /// <param name="table">The name of the table that holds the event.</param>
    /// <exception cref="TamperedException">They are invalid.</exception>
    public (DateOnly Day, LogRow Row) Read(string table)
    {
        var row = new TableEntity(
            UnverifiedColumns.Get<string>(Row, table, LogPartitionColumn),
            UnverifiedColumns.Get<string>(Row, table, LogRowColumn))
        {
            [LogRow.DetailsColumn] = UnverifiedColumns.Get<byte[]>(Row, table, LogRow.DetailsColumn),
            [LogRow.GenerationColumn] = UnverifiedColumns.Get<int>(Row, table, LogRow.GenerationColumn),
        };
        return Tables.AccessLogDay(UnverifiedColumns.Get<string>(Row, table, LogTableColumn)) is { } day
            && LogRowPattern.IsMatch($"{row.PartitionKey}/{row.RowKey}")
            ? (day, new LogRow(row))
            : throw Invalid(table);
    }

    public static TamperedException Invalid(string table) =>
        TamperedException.At(table, "an event names an invalid row of the access log");

    [GeneratedRegex(
        "^lane[0-3]/[0-9a-f]{32}-[0-9]{19}~[0-9a-f]{32}\\.[a-z_]{1,32}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex LogRowPattern { get; }
}
