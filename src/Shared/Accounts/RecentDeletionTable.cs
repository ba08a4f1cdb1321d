using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts;

/// <summary>
/// The accounts whose tombstone may block them, so that one read tells for many accounts that theirs need not be read.
/// A row is written before the account is deleted. It is kept for three hours, and as long as the deletion is
/// unfinished. (docs/adr/0033)
/// </summary>
public sealed class RecentDeletionTable(Tables tables, TimeProvider clock)
{
    /// <summary>With more rows than this, the tombstone of each account is read instead.</summary>
    public const int MaxRows = 500;

    private const string Partition = "accounts";

    /// <summary>Longer than a deleted account is blocked, and than its deletion takes to begin.</summary>
    private static readonly TimeSpan KeepTime = AccountTombstone.BlockTime + TimeSpan.FromHours(1);

    /// <summary>How long rows are not counted again after there were too many.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly CoalescedReads<string, IReadOnlySet<string>?> _reads =
        new((_, cancellation) => ReadNowAsync(tables, cancellation));

    private long? _foundTooMany;

    /// <summary>Records that an account is about to be deleted.</summary>
    public Task PutAsync(string account, CancellationToken cancellation) =>
        tables.RecentDeletions.PutAsync(new TableEntity(Partition, account), cancellation);

    /// <summary>
    /// The partition keys of these accounts, read after this call began; null if there are too many. Concurrent callers
    /// share a read.
    /// </summary>
    public async Task<IReadOnlySet<string>?> ReadAsync(CancellationToken cancellation)
    {
        if (_foundTooMany is { } since && clock.GetElapsedTime(since) < Pause)
            return null;
        var found = await _reads.ReadAsync(Partition, cancellation);
        _foundTooMany = found is null ? clock.GetTimestamp() : null;
        return found;
    }

    /// <summary>Removes the rows of accounts that are no longer blocked. Safe to repeat.</summary>
    /// <param name="isUnfinished">Whether the deletion of the account with this partition key is unfinished.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task ForgetOldAsync(
        Func<string, CancellationToken, Task<bool>> isUnfinished, CancellationToken cancellation)
    {
        var before = clock.GetUtcNow() - KeepTime;
        await foreach (var rows in tables.RecentDeletions.QueryAsync(Partition, cancellation)
            .Where(row => row.Timestamp < before)
            .Where(async (TableEntity row, CancellationToken limit) => !await isUnfinished(row.RowKey, limit))
            .Chunk(Table.MaxTransaction))
            await tables.RecentDeletions.DeleteAllAsync(rows, cancellation);
    }

    private static async Task<IReadOnlySet<string>?> ReadNowAsync(Tables tables, CancellationToken cancellation)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var row in tables.RecentDeletions.QueryAsync(Partition, "", cancellation, atOnce: MaxRows + 1))
        {
            if (found.Count == MaxRows)
                return null;
            found.Add(row.RowKey);
        }

        return found;
    }
}
