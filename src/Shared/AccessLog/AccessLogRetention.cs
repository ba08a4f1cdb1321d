using AtpKeyserver.Configuration;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// Drops whole tables of days that are over, access logs after their retention and used tokens once all have expired,
/// counts of additions once their day has ended, and makes tomorrow's access
/// log. Late, repeated, concurrent and interrupted runs do no harm.
/// </summary>
public sealed class AccessLogRetention(
    Tables tables, IOptions<KeyserverOptions> options, TimeProvider clock, KeyserverMetrics metrics, ILogger<AccessLogRetention> logger)
{
    /// <exception cref="AggregateException">What could not be done; everything else was.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var failures = new List<Exception>();
        await TryAsync(() => tables.AccessLog(now.AddDays(1)).CreateAsync(cancellation), failures);
        await DropAsync(Tables.AccessLogPrefix, options.Value.AccessLog.OldestDay(now), failures, cancellation);
        // An hour more than the day, for instances whose clock is behind.
        var today = DateOnly.FromDateTime(now.AddHours(-1).UtcDateTime);
        await DropAsync(Tables.ReplayPrefix, today, failures, cancellation);
        await DropAsync(Tables.AdditionsPrefix, today, failures, cancellation);
        await TryAsync(
            async () => metrics.AccessLogCounted(
                await tables.ListBeforeAsync(Tables.AccessLogPrefix, DateOnly.FromDateTime(now.UtcDateTime).AddDays(2), cancellation)
                    .CountAsync(cancellation)),
            failures);
        if (failures.Count > 0)
            throw new AggregateException(failures);
    }

    private async Task DropAsync(string prefix, DateOnly oldest, List<Exception> failures, CancellationToken cancellation)
    {
        await foreach (var name in tables.ListBeforeAsync(prefix, oldest, cancellation))
        {
            if (await TryAsync(() => tables.DropAsync(name, cancellation), failures) is { } failure)
            {
                var (error, status) = FailureCause.Of(failure);
                Log.TableNotDropped(logger, name, error, status);
            }
            else
            {
                Log.TableDropped(logger, name);
            }
        }
    }

    private static async Task<Exception?> TryAsync(Func<Task> step, List<Exception> failures)
    {
        try
        {
            await step();
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            failures.Add(e);
            return e;
        }
    }
}
