using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Perf.StorageClient;

/// <summary>The row as a class, which the client fills by reflection.</summary>
public sealed class TypedHead : ITableEntity
{
    public string PartitionKey { get; set; } = "";

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }

    public string State { get; set; } = "";

    public string GroupId { get; set; } = "";

    public int Incarnation { get; set; }

    public long Epoch { get; set; }

    public long Created { get; set; }

    public long LastLeft { get; set; }

    public int Generation { get; set; }

    public string ChangeId { get; set; } = "";

    public int Version { get; set; }

    public long VersionCreated { get; set; }

    public byte[] Sealed { get; set; } = [];

    public byte[] Mac { get; set; } = [];
}
