using AtpKeyserver.Audit;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Maintenance;

/// <summary>Each ten minutes: changes whose instance crashed before they were in the access log.</summary>
public sealed class DrainEvents(PendingEvents events, KillSwitch killSwitch)
{
    [Function("DrainEvents")]
    public Task Run([TimerTrigger("20 */10 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        killSwitch.Mode == ServiceMode.Offline ? Task.CompletedTask : events.DrainAllAsync(cancellation);
}
