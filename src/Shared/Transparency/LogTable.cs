using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Tlog;
using AtpKeyserver.Transparency.Rows;
using Azure.Data.Tables;

namespace AtpKeyserver.Transparency;

/// <summary>The rows of the log. Each has a MAC under the root.</summary>
public sealed class LogTable(Tables tables, Keyring keyring)
{
    /// <summary>Entries per commit: with head, batch and hashes they fit in one transaction.</summary>
    public const int MaxAtOnce = 90;

    /// <summary>Levels of the tree in one level of tiles.</summary>
    private const int TileLevels = 8;

    private const string EntriesColumn = "Entries";
    private const string IndexColumn = "Index";
    private const string HashColumn = "Hash";

    /// <summary>The committed head; null before the first commit.</summary>
    public async Task<LogHead?> FindHeadAsync(CancellationToken cancellation) =>
        await tables.Log.GetAsync(LogRowKeys.Partition, LogRowKeys.Head, cancellation) is { } row
            ? LogHead.Verify(row, await keyring.RootAsync(cancellation))
            : null;

    /// <summary>The index of an entry; null if it is not in the log.</summary>
    public async Task<long?> FindIndexAsync(Hash label, long sequence, CancellationToken cancellation)
    {
        var row = await tables.Log.GetAsync(
            LogRowKeys.Partition, LogRowKeys.Index(label, sequence), cancellation);
        if (row is null)
            return null;
        RowMac.Verify(row, Tables.LogName, await keyring.RootAsync(cancellation));
        return (long)row[IndexColumn];
    }

    /// <summary>Appends entries in one transaction.</summary>
    /// <param name="head">The head that was read; null for a log without entries.</param>
    /// <param name="entries">1 to <see cref="MaxAtOnce"/>.</param>
    /// <param name="whenTaken">Called if the log has one of the entries.</param>
    /// <param name="cancellation">The deadline.</param>
    /// <returns>The new head; null if another commit was faster, or one of the entries is in the log.</returns>
    /// <exception cref="KeyserverException">UpstreamFailure: the outcome is unknown.</exception>
    public async Task<LogHead?> TryAppendAsync(
        LogHead? head, IReadOnlyList<LogEntry> entries, Action whenTaken, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        var tree = head is null ? new RightEdge() : new RightEdge(head.Tree.Size, head.Tree.Hashes);
        var first = tree.Size;
        var change = new PartitionChange(tables.Log);
        var nodes = new List<(NodeAddress Address, Hash Hash)>();
        foreach (var entry in entries)
            tree.Append(entry.LeafHash(), nodes);
        change.WriteHead(new LogHead(tree, head?.ETag).ToRow(change.Id, root), head?.ETag);
        change.Insert(Sign(LogRowKeys.Batch(first), EntriesColumn, Join(entries), root));
        for (var i = 0; i < entries.Count; i++)
            change.InsertIfFree(
                Sign(LogRowKeys.Index(entries[i].Label, entries[i].Sequence), IndexColumn, first + i, root),
                whenTaken);
        foreach (var ((level, index), hash) in nodes)
        {
            if (level % TileLevels == 0)
                change.Insert(
                    Sign(LogRowKeys.Node(level / TileLevels, index), HashColumn, hash.Span.ToArray(), root));
        }

        return !await change.CommitAsync(cancellation) ? null
            : change.HeadETag is { } etag ? new LogHead(tree, etag)
            : await FindHeadAsync(cancellation);
    }

    /// <summary>Entries that are in the log.</summary>
    /// <param name="first">The index of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">The deadline.</param>
    /// <exception cref="TamperedException">Some are missing.</exception>
    public async Task<byte[][]> ReadEntriesAsync(long first, int count, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        var found = new List<byte[]>(count);
        var rows = tables.Log.QueryRangeAsync(
            LogRowKeys.Partition,
            LogRowKeys.Batch(Math.Max(0, first - MaxAtOnce + 1)),
            LogRowKeys.Batch(first + count - 1),
            cancellation);
        await foreach (var row in rows)
        {
            RowMac.Verify(row, Tables.LogName, root);
            var index = LogRowKeys.FirstOf(row.RowKey);
            foreach (var entry in ((byte[])row[EntriesColumn]).Chunk(LogEntry.Size))
            {
                if (index++ == first + found.Count && found.Count < count)
                    found.Add(entry);
            }
        }

        return found.Count == count ? [.. found] : throw Missing();
    }

    /// <summary>Hashes that tiles above level 0 consist of.</summary>
    /// <exception cref="TamperedException">Some are missing.</exception>
    public async Task<Hash[]> ReadNodesAsync(int level, long first, int count, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        var rows = await tables.Log.QueryRangeAsync(
            LogRowKeys.Partition,
            LogRowKeys.Node(level, first),
            LogRowKeys.Node(level, first + count - 1),
            cancellation).ToListAsync(cancellation);
        foreach (var row in rows)
            RowMac.Verify(row, Tables.LogName, root);
        return rows.Count == count
            ? [.. rows.Select(row => new Hash((byte[])row[HashColumn]))]
            : throw Missing();
    }

    private static byte[] Join(IReadOnlyList<LogEntry> entries)
    {
        var bytes = new byte[entries.Count * LogEntry.Size];
        for (var i = 0; i < entries.Count; i++)
            entries[i].Encode().CopyTo(bytes, i * LogEntry.Size);
        return bytes;
    }

    private static TableEntity Sign(string rowKey, string column, object value, SealingKey root) => RowMac.Sign(
        new TableEntity(LogRowKeys.Partition, rowKey) { [column] = value }, Tables.LogName, root);

    private static TamperedException Missing() => TamperedException.At(Tables.LogName, "rows of the log are missing");
}
