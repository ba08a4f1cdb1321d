using AtpKeyserver.Crypto;
using AtpKeyserver.Storage;
using AtpKeyserver.Tlog;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Transparency.Rows;

/// <summary>The head of the log: one row, replaced by each commit, which orders all entries.</summary>
/// <param name="Tree">The committed tree.</param>
/// <param name="ETag">The ETag of the row; null for the first head.</param>
public sealed record LogHead(RightEdge Tree, ETag? ETag)
{
    private const string SizeColumn = "Size";
    private const string EdgeColumn = "Edge";

    /// <exception cref="Errors.TamperedException">The row failed verification.</exception>
    public static LogHead Verify(TableEntity row, SealingKey root)
    {
        RowMac.Verify(row, Tables.LogName, root);
        var bytes = (byte[])row[EdgeColumn];
        var edge = new Hash[bytes.Length / Hash.Size];
        for (var i = 0; i < edge.Length; i++)
            edge[i] = new Hash(bytes.AsSpan(i * Hash.Size, Hash.Size));
        return new LogHead(new RightEdge((long)row[SizeColumn], edge), row.ETag);
    }

    public TableEntity ToRow(string changeId, SealingKey root)
    {
        var edge = new byte[Tree.Hashes.Length * Hash.Size];
        for (var i = 0; i < Tree.Hashes.Length; i++)
            Tree.Hashes[i].Span.CopyTo(edge.AsSpan(i * Hash.Size));
        return RowMac.Sign(
            new TableEntity(LogRowKeys.Partition, LogRowKeys.Head)
            {
                [SizeColumn] = Tree.Size,
                [EdgeColumn] = edge,
                [PartitionChange.IdColumn] = changeId,
            },
            Tables.LogName,
            root);
    }
}
