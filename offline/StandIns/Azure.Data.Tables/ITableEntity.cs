namespace Azure.Data.Tables;

/// <summary>What every row of a table has. Keys are at most 1 KiB each (512 characters in Azurite).</summary>
public interface ITableEntity
{
    public string PartitionKey { get; set; }

    public string RowKey { get; set; }

    /// <summary>When the service last changed the row; never sent.</summary>
    public DateTimeOffset? Timestamp { get; set; }

    /// <summary>The row's opaque version; sent only as the <c>If-Match</c> that a caller asks for.</summary>
    public ETag ETag { get; set; }
}
