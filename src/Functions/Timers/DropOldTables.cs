using AtpKeyserver.AccessLog;
using AtpKeyserver.Configuration;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Observability;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Timers;

/// <summary>
/// Hourly: access logs whose retention is over, used tokens that have expired, yesterday's counts of additions,
/// tomorrow's access log, and what says that members left groups by themselves more than 30 days ago.
/// </summary>
public sealed class DropOldTables(
    AccessLogRetention retention, GroupDepartures departures, KillSwitch killSwitch, TimerRuns runs)
{
    [Function("DropOldTables")]
    public Task Run([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("DropOldTables", () => killSwitch.Mode == ServiceMode.Offline
            ? Task.CompletedTask
            : Task.WhenAll(retention.RunAsync(cancellation), departures.ForgetOldAsync(cancellation)));
}
