namespace Azure.Data.Tables.Wire;

/// <summary>Names that the service gives a meaning.</summary>
internal static class ColumnName
{
    public const string PartitionKey = "PartitionKey";
    public const string RowKey = "RowKey";
    public const string Timestamp = "Timestamp";
    public const string ETag = "odata.etag";
    public const string Metadata = "odata.metadata";
    public const string TypeSuffix = "@odata.type";
}
