using AtpKeyserver.Accounts.Keypairs.Rows;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>The row of the budgets table that counts the keypairs created for anonymous callers.</summary>
public sealed class PublicCreationTable(Tables tables)
{
    private const string Partition = "publicCreations";
    private const string Row = "hour";

    /// <param name="hour">Hours since 1970.</param>
    /// <param name="next">The new counts for the stored ones of this hour. An exception ends the update.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>False if other instances kept updating the counts.</returns>
    public Task<bool> TryUpdateAsync(
        long hour, Func<PublicCreations, PublicCreations> next, CancellationToken cancellation) =>
        ContendedRow.TryUpdateAsync(
            tables.Budgets,
            Partition,
            Row,
            row => next(PublicCreations.Read(row, hour)).ToRow(Partition, Row),
            cancellation);
}
