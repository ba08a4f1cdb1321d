using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>
/// What every row of the storage has. The client does not check it, and reads a JSON object in a row as a dictionary.
/// </summary>
internal static class RowShape
{
    /// <summary>
    /// Whether the row has its keys, a time stamp and an ETag (an update without one is unconditional), and only
    /// columns of types that the storage has.
    /// </summary>
    public static bool IsValid(TableEntity row) =>
        row is { PartitionKey: not null, RowKey: not null, Timestamp: not null }
        && row.ETag != default
        && row.All(static column => IsValue(column.Value));

    private static bool IsValue(object? value) =>
        value is string or byte[] or int or long or bool or double or DateTimeOffset or Guid or null;
}
