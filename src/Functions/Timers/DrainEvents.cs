using AtpKeyserver.AccessLog;
using AtpKeyserver.Configuration;
using AtpKeyserver.Observability;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Timers;

/// <summary>Every ten minutes: moves events left by crashed instances into the access log.</summary>
public sealed class DrainEvents(PendingEvents events, KillSwitch killSwitch, TimerRuns runs)
{
    [Function("DrainEvents")]
    public Task Run([TimerTrigger("20 */10 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("DrainEvents", () => killSwitch.Mode == ServiceMode.Offline
            ? Task.CompletedTask
            : events.DrainAllAsync(cancellation));
}
