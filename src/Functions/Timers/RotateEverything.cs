using AtpKeyserver.Observability;
using AtpKeyserver.Operations;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Timers;

/// <summary>Started by an operator after a breach: creates a new version of every group key and keypair.</summary>
public sealed class RotateEverything(KeyRotation rotation, OperatorStart start, TimerRuns runs)
{
    [Function("RotateEverything")]
    public Task Run([TimerTrigger(OperatorStart.Schedule)] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("RotateEverything", () => start.IsAllowed("RotateEverything")
            ? rotation.RunAsync(begins: true, cancellation)
            : Task.CompletedTask);
}
