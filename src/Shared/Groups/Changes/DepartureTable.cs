using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups.Changes;

/// <summary>The rows that record that an account left a group on its own: one of the group, one of the index.</summary>
public sealed class DepartureTable(Tables tables)
{
    /// <summary>The index rows of all departures: those after this partition, then the others.</summary>
    public IAsyncEnumerable<UnverifiedMembership> ScanAroundAsync(string start, CancellationToken cancellation) =>
        tables.Memberships.ScanAroundAsync(RowKeys.MembershipPrefix(Memberships.Left), start, cancellation)
            .Select(row => new UnverifiedMembership(row));

    /// <summary>
    /// Deletes both rows of a departure before this time. The group's row goes first: the index must lead to it as long
    /// as it exists. An account that leaves again concurrently rewrites both, the index first, and then neither is
    /// deleted.
    /// </summary>
    /// <exception cref="TamperedException">A row is invalid.</exception>
    public async Task DeleteIfBeforeAsync(
        UnverifiedMembership indexed, DateTimeOffset before, CancellationToken cancellation)
    {
        if (Memberships.LeftAt(indexed.Row) > before)
            return;
        var (_, group) = Memberships.Read(indexed.Row);
        if (await tables.Groups.GetAsync(group, RowKeys.Left(group, indexed.Partition), cancellation) is { } row)
        {
            if (GroupDeparture.TimeOf(row) > before)
                return;
            await tables.Groups.DeleteAsync(row.PartitionKey, row.RowKey, cancellation, row.ETag);
        }

        await tables.Memberships.DeleteAsync(indexed.Partition, indexed.Row.RowKey, cancellation, indexed.Row.ETag);
    }

    /// <summary>Deletes the group's row.</summary>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="account">The partition key of the account that left.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task DeleteFromGroupAsync(string group, string account, CancellationToken cancellation) =>
        tables.Groups.DeleteAsync(group, RowKeys.Left(group, account), cancellation);
}
