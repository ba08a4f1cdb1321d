using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Erasure;

/// <summary>
/// The index rows of a deleted account, which lead to what is left to remove, and the row that counts the removed ones.
/// Accounts and groups are identified by their partition keys.
/// </summary>
public sealed class AccountIndexTable(Tables tables)
{
    private const string DeletionColumn = "DeletedAt";

    private static readonly string[] Counted = [Memberships.Owner, Memberships.Member, Memberships.Delegate];

    /// <summary>The roles by which an account can be in the index, in the order of their removal.</summary>
    public static IReadOnlyList<string> Roles { get; } = [.. Counted, Memberships.Left];

    /// <summary>The groups that the account owns.</summary>
    public IAsyncEnumerable<UnverifiedMembership> ListOwnedAsync(string account, CancellationToken cancellation) =>
        tables.Memberships.QueryAsync(account, RowKeys.MembershipPrefix(Memberships.Owner), cancellation)
            .Select(row => new UnverifiedMembership(row));

    /// <summary>A page of the rows of this role, few enough to be removed in one transaction.</summary>
    public async Task<Page<UnverifiedMembership>> ReadPageAsync(
        string account, string role, string? after, CancellationToken cancellation)
    {
        var page = await tables.Memberships.ReadPageAsync(
            account, RowKeys.MembershipPrefix(role), after, Table.MaxTransaction - 1, cancellation);
        return new([.. page.Entries.Select(row => new UnverifiedMembership(row))], page.Next);
    }

    public async Task<bool> IsEmptyAsync(string account, CancellationToken cancellation)
    {
        foreach (var role in Roles)
        {
            if (await tables.Memberships.QueryAsync(
                account, RowKeys.MembershipPrefix(role), cancellation, atOnce: 1).AnyAsync(cancellation))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Removes rows of one role, except those rewritten since they were read, and counts them, unless they are
    /// departures.
    /// </summary>
    public Task RemoveAsync(
        AccountTombstone account,
        string role,
        IEnumerable<UnverifiedMembership> removed,
        CancellationToken cancellation)
    {
        TableEntity[] rows = [.. removed.Select(membership => membership.Row)];
        return Counted.Contains(role)
            ? CountAsync(account, role, rows, cancellation)
            : tables.Memberships.DeleteAllAsync(rows, cancellation);
    }

    /// <summary>How many rows of each role this deletion has removed.</summary>
    /// <param name="account">The account.</param>
    /// <param name="tombstone">Identifies the deletion; null if there is none.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<(int Owner, int Member, int Delegate)> ReadCountsAsync(
        string account, AccountTombstone? tombstone, CancellationToken cancellation)
    {
        var (row, _) = await ReadProgressAsync(account, tombstone, cancellation);
        return ((int)row[Memberships.Owner], (int)row[Memberships.Member], (int)row[Memberships.Delegate]);
    }

    /// <summary>
    /// Removes index rows and counts them in one transaction, so that each is counted once, also with several
    /// instances. A row rewritten since it was read fails the whole transaction, and strangers can rewrite rows. So a
    /// failed batch is halved until only that row is left, for the next pass.
    /// </summary>
    private async Task CountAsync(
        AccountTombstone account, string role, TableEntity[] removed, CancellationToken cancellation)
    {
        if (removed.Length == 0 || await TryCountAsync(account, role, removed, cancellation) || removed.Length == 1)
            return;
        var half = removed.Length / 2;
        await CountAsync(account, role, removed[..half], cancellation);
        await CountAsync(account, role, removed[half..], cancellation);
    }

    private async Task<bool> TryCountAsync(
        AccountTombstone account, string role, TableEntity[] removed, CancellationToken cancellation)
    {
        var (progress, etag) = await ReadProgressAsync(account.Partition, account, cancellation);
        progress[role] = (int)progress[role] + removed.Length;
        var change = new PartitionChange(tables.Memberships);
        progress[PartitionChange.IdColumn] = change.Id;
        change.WriteHead(progress, etag);
        foreach (var row in removed)
            change.Delete(row.RowKey, row.ETag);
        if (await change.CommitAsync(cancellation))
            return true;
        await ConflictDelay.WaitAsync(cancellation);
        return false;
    }

    /// <summary>The counts of this deletion; zero if there are none yet.</summary>
    private async Task<(TableEntity Row, Azure.ETag? Replaced)> ReadProgressAsync(
        string account, AccountTombstone? tombstone, CancellationToken cancellation)
    {
        var stored = await tables.Memberships.GetAsync(account, RowKeys.Progress(account), cancellation);
        var deletedAt = (tombstone?.DeletedAt ?? default).ToUnixTimeMilliseconds();
        // The counts are informational, so an invalid row counts as none.
        var isOurs = stored is not null
            && stored.TryGetValue(DeletionColumn, out var of) && of is long time && time == deletedAt
            && Counted.All(role => stored.TryGetValue(role, out var count) && count is int);
        var row = new TableEntity(account, RowKeys.Progress(account)) { [DeletionColumn] = deletedAt };
        foreach (var role in Counted)
            row[role] = isOurs ? stored![role] : 0;
        return (row, stored?.ETag);
    }
}
