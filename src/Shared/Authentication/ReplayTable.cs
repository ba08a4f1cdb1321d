using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Authentication;

/// <summary>The daily tables of used tokens: a row per token in the table of the day on which it expires.</summary>
public sealed class ReplayTable(Tables tables)
{
    /// <summary>Adds a token; false if it was used before.</summary>
    public Task<bool> TryAddAsync(string id, DateTimeOffset expires, CancellationToken cancellation)
    {
        // The id is a hash; its first two digits distribute the rows over 256 partitions.
        var row = new TableEntity(id[..2], id);
        return tables.Replay(expires).TryInsertOnceAsync(row, cancellation);
    }
}
