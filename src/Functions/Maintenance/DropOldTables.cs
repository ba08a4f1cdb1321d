using AtpKeyserver.Storage;
using AtpKeyserver.Telemetry;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Maintenance;

/// <summary>Hourly: access logs whose retention is over, used tokens that have expired, and tomorrow's access log.</summary>
public sealed class DropOldTables(Retention retention, KillSwitch killSwitch, TimerRuns runs)
{
    [Function("DropOldTables")]
    public Task Run([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("DropOldTables", () => killSwitch.Mode == ServiceMode.Offline
            ? Task.CompletedTask
            : retention.RunAsync(cancellation));
}
