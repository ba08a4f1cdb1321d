using AtpKeyserver.Configuration;
using AtpKeyserver.Erasure;
using AtpKeyserver.Observability;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Timers;

/// <summary>Every minute: resumes incomplete deletions of groups and accounts.</summary>
public sealed class FinishDeletions(Deletions deletions, KillSwitch killSwitch, TimerRuns runs)
{
    [Function("FinishDeletions")]
    public Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("FinishDeletions", () => killSwitch.Mode == ServiceMode.Normal
            ? deletions.FinishAsync(cancellation)
            : Task.CompletedTask);
}
