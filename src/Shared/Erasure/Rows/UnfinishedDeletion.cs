using Azure.Data.Tables;

namespace AtpKeyserver.Erasure.Rows;

/// <summary>The row of a deletion that may be incomplete. Such rows have no MAC.</summary>
public sealed record UnfinishedDeletion(TableEntity Row)
{
    /// <summary>When the row was last written.</summary>
    public DateTimeOffset? Written => Row.Timestamp;
}
