using System.Security.Cryptography;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Groups.Changes;

/// <summary>
/// Removes departure rows once they no longer block additions. Late, repeated, concurrent and interrupted runs are
/// safe; each starts at a random partition.
/// </summary>
public sealed class GroupDepartures(DepartureTable departures, TimeProvider clock, ILogger<GroupDepartures> logger)
{
    private const int AtOnce = 8;

    public async Task ForgetOldAsync(CancellationToken cancellation)
    {
        var before = clock.GetUtcNow() - GroupDeparture.BlockTime;
        var start = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await Parallel.ForEachAsync(
            departures.ScanAroundAsync(start, cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (indexed, stop) =>
            {
                try
                {
                    await departures.DeleteIfBeforeAsync(indexed, before, stop);
                }
                catch (TamperedException e)
                {
                    Log.Tampered(logger, e);
                }
            });
    }
}
