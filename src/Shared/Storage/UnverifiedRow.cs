using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>
/// A stored row that was not verified. Columns are read, and may fail, only on access, so that an invalid row does not
/// end a scan.
/// </summary>
public abstract record UnverifiedRow(TableEntity Row)
{
    public string Partition => Row.PartitionKey;
}
