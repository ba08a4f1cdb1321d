using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>Updates a row that many calls and instances update at once.</summary>
internal static class ContendedRow
{
    private const int Tries = 10;

    /// <param name="table">The row's table.</param>
    /// <param name="partition">The row's partition key.</param>
    /// <param name="row">The row key.</param>
    /// <param name="next">The new row for the stored one, or for none. An exception ends the update.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>False if others kept updating the row.</returns>
    public static async Task<bool> TryUpdateAsync(
        Table table,
        string partition,
        string row,
        Func<TableEntity?, TableEntity> next,
        CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var stored = await table.GetAsync(partition, row, cancellation);
            var changed = next(stored);
            if (stored is null
                ? await table.TryInsertAsync(changed, cancellation)
                : await table.TryReplaceAsync(changed, stored.ETag, cancellation))
                return true;
            await ConflictDelay.WaitAsync(cancellation);
        }

        return false;
    }
}
