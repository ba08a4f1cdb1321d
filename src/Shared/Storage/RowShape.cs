using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>
/// Validates the shape of rows. The client does not, and returns a nested JSON object as a dictionary.
/// </summary>
internal static class RowShape
{
    /// <summary>
    /// Whether the row has keys, a timestamp, an ETag (without one an update is unconditional) and only storage types.
    /// </summary>
    public static bool IsValid(TableEntity row) =>
        row is { PartitionKey: not null, RowKey: not null, Timestamp: not null }
        && row.ETag != default
        && row.All(static column => IsValue(column.Value));

    private static bool IsValue(object? value) =>
        value is string or byte[] or int or long or bool or double or DateTimeOffset or Guid or null;
}
