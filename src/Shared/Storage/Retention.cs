using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Storage;

/// <summary>Drops whole tables of days that are over: access logs after their retention, used tokens once all have expired.</summary>
public sealed class Retention(Tables tables, IOptions<KeyserverOptions> options, TimeProvider clock, ILogger<Retention> logger)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await DropAsync(Tables.AccessLogPrefix, now.AddDays(-options.Value.AccessLog.RetentionDays), cancellation);
        // An hour more than the day, for instances whose clock is behind.
        await DropAsync(Tables.ReplayPrefix, now.AddHours(-1), cancellation);
    }

    private async Task DropAsync(string prefix, DateTimeOffset oldest, CancellationToken cancellation)
    {
        await foreach (var name in tables.DropBeforeAsync(prefix, oldest, cancellation))
            Log.TableDropped(logger, name);
    }
}
