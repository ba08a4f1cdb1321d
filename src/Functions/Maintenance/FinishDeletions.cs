using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Maintenance;

/// <summary>Every minute: deletions of groups and accounts that are not complete yet.</summary>
public sealed class FinishDeletions(Deletions deletions, KillSwitch killSwitch)
{
    [Function("FinishDeletions")]
    public Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        killSwitch.Mode == ServiceMode.Normal ? deletions.FinishAsync(cancellation) : Task.CompletedTask;
}
