using AtpKeyserver.Storage;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Auth;

/// <summary>Drops the tables of used tokens that have all expired. Late, repeated and concurrent runs are harmless.</summary>
public sealed class ReplayPruning(Tables tables, TimeProvider clock, ILogger<ReplayPruning> logger)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        // An hour more than the day, for instances whose clock is behind.
        var oldest = tables.Replay(clock.GetUtcNow() - TimeSpan.FromHours(1)).Name;
        await foreach (var name in tables.ListAsync(Tables.ReplayPrefix, cancellation))
        {
            if (string.CompareOrdinal(name, oldest) >= 0)
                continue;
            await tables.DropAsync(name, cancellation);
            Log.TableDropped(logger, name);
        }
    }
}
