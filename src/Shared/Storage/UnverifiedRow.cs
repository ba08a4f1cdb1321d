using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>
/// A stored row that was not verified. Its columns are read on access, which fails if they are invalid: so an invalid
/// row does not end a scan.
/// </summary>
public abstract record UnverifiedRow(TableEntity Row)
{
    public string Partition => Row.PartitionKey;
}
