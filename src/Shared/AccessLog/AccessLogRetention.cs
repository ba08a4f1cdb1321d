using AtpKeyserver.Configuration;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// Drops the tables of past days: access logs after their retention, used tokens once all have expired, addition counts
/// once their day has ended. Creates tomorrow's access log. Late, repeated, concurrent and interrupted runs are safe.
/// </summary>
public sealed class AccessLogRetention(
    Tables tables,
    IOptions<KeyserverOptions> options,
    TimeProvider clock,
    KeyserverMetrics metrics,
    ILogger<AccessLogRetention> logger)
{
    /// <exception cref="AggregateException">Some steps failed; all others succeeded.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var failures = new List<Exception>();
        await TryAsync(() => tables.AccessLog(now.AddDays(1)).CreateAsync(cancellation), failures);
        await DropAsync(Tables.AccessLogPrefix, options.Value.AccessLog.OldestDay(now), failures, cancellation);
        // Kept one hour longer, for instances whose clock is behind.
        var today = DateOnly.FromDateTime(now.AddHours(-1).UtcDateTime);
        await DropAsync(Tables.ReplayPrefix, today, failures, cancellation);
        await DropAsync(Tables.AdditionsPrefix, today, failures, cancellation);
        await TryAsync(
            async () => metrics.AccessLogCounted(
                await tables.ListBeforeAsync(
                    Tables.AccessLogPrefix, DateOnly.FromDateTime(now.UtcDateTime).AddDays(2), cancellation)
                    .CountAsync(cancellation)),
            failures);
        if (failures.Count > 0)
            throw new AggregateException(failures);
    }

    private async Task DropAsync(
        string prefix, DateOnly oldest, List<Exception> failures, CancellationToken cancellation)
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
