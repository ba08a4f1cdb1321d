using System.Security.Cryptography;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Groups.Changes;

/// <summary>
/// Removes departure rows once they no longer block additions. Late, repeated, concurrent and interrupted runs are
/// safe; each starts at a random partition.
/// </summary>
public sealed class GroupDepartures(Tables tables, TimeProvider clock, ILogger<GroupDepartures> logger)
{
    private const int AtOnce = 8;

    public async Task ForgetOldAsync(CancellationToken cancellation)
    {
        var before = clock.GetUtcNow() - GroupDeparture.Rest;
        var start = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await Parallel.ForEachAsync(
            tables.Memberships.ScanAroundAsync(RowKeys.MembershipPrefix(Memberships.Left), start, cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (row, stop) =>
            {
                try
                {
                    await RemoveAsync(row, before, stop);
                }
                catch (TamperedException e)
                {
                    Log.Tampered(logger, e);
                }
            });
    }

    /// <summary>
    /// Deletes the group's row first: the index must lead to it as long as it exists. An account that leaves again
    /// concurrently rewrites both, the index first, and then neither is deleted.
    /// </summary>
    private async Task RemoveAsync(TableEntity indexed, DateTimeOffset before, CancellationToken cancellation)
    {
        if (Memberships.LeftAt(indexed) > before)
            return;
        var (_, group) = Memberships.Read(indexed);
        if (await tables.Groups.GetAsync(group, RowKeys.Left(group, indexed.PartitionKey), cancellation) is { } row)
        {
            if (GroupDeparture.TimeOf(row) > before)
                return;
            await tables.Groups.DeleteAsync(row.PartitionKey, row.RowKey, cancellation, row.ETag);
        }

        await tables.Memberships.DeleteAsync(indexed.PartitionKey, indexed.RowKey, cancellation, indexed.ETag);
    }
}
