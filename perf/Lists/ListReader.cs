using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Perf.Lists;

/// <summary>Reads a list through the app, and its rows directly from the storage.</summary>
internal sealed class ListReader(Stack stack, MemoryWatch memory) : IDisposable
{
    private readonly TableServiceClient _storage = new(stack.Azurite.ConnectionString);
    private readonly HashSet<string> _seen = [];

    public XrpcCaller Caller { get; } = new(stack);

    public async Task<Pages> ReadAsync(
        string title, string did, string method, string parameters, string entries, CancellationToken cancellation)
    {
        var (before, count, times) = (memory.Resident, 0, new List<double>());
        _ = memory.Take();
        await foreach (var page in ListPage.ReadAllAsync(Caller, did, method, parameters, entries, cancellation))
        {
            count += page.Entries;
            times.Add(page.Took.TotalMilliseconds);
        }

        return Pages.Of(title, count, times, before, memory.Take().Max());
    }

    /// <summary>Reads 64 pages of the same rows, spread over the list, directly from the storage.</summary>
    /// <param name="title">The row's title.</param>
    /// <param name="table">The table of the rows.</param>
    /// <param name="anyRow">A filter for any row of the new partition.</param>
    /// <param name="prefix">The prefix of the row keys.</param>
    /// <param name="cancellation">Cancels the measurement.</param>
    public async Task<Pages> ReadRawAsync(
        string title, string table, string anyRow, string prefix, CancellationToken cancellation)
    {
        var rows = _storage.GetTableClient(table);
        var partition = await NewPartitionAsync(rows, anyRow, cancellation);
        var (count, times) = (0, new List<double>());
        for (var place = 0; place < 256; place += 4)
        {
            // Keys are hashes, so their first digits are evenly distributed.
            var filter =
                $"PartitionKey eq '{partition}' and RowKey gt '{prefix}{place:x2}' and RowKey lt '{prefix}g'";
            var since = Stopwatch.GetTimestamp();
            await foreach (var page in rows.QueryAsync<TableEntity>(filter, 101, null, cancellation).AsPages())
            {
                count += page.Values.Count;
                break;
            }

            times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        }

        return Pages.Of(title, count, times, memory.Resident, memory.Resident);
    }

    public void Dispose() => Caller.Dispose();

    /// <summary>Finds the partition that was added since the last call.</summary>
    private async Task<string> NewPartitionAsync(TableClient rows, string anyRow, CancellationToken cancellation)
    {
        await foreach (var row in rows.QueryAsync<TableEntity>(anyRow, 1_000, ["PartitionKey"], cancellation))
        {
            if (_seen.Add(row.PartitionKey))
                return row.PartitionKey;
        }

        throw new InvalidOperationException($"No row matches {anyRow}.");
    }
}
