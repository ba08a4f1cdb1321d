using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts;
using AtpKeyserver.Configuration;
using AtpKeyserver.Erasure;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Observability;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Timers;

/// <summary>
/// Hourly: drops access logs past their retention, expired used tokens, old addition counts, departure rows older
/// than 30 days and rows of deletions that no longer block anything. Creates tomorrow's access log.
/// </summary>
public sealed class DropOldTables(
    AccessLogRetention retention,
    GroupDepartures departures,
    RecentDeletionTable deletions,
    DeletionTable unfinished,
    KillSwitch killSwitch,
    TimerRuns runs)
{
    [Function("DropOldTables")]
    public Task Run([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("DropOldTables", () => killSwitch.Mode == ServiceMode.Offline
            ? Task.CompletedTask
            : Task.WhenAll(
                retention.RunAsync(cancellation),
                departures.ForgetOldAsync(cancellation),
                deletions.ForgetOldAsync(IsUnfinishedAsync, cancellation)));

    private async Task<bool> IsUnfinishedAsync(string account, CancellationToken cancellation) =>
        await unfinished.FindAsync(DeletionTable.Accounts, account, cancellation) is not null;
}
