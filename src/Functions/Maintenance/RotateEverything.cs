using AtpKeyserver.Maintenance;
using AtpKeyserver.Telemetry;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Maintenance;

/// <summary>Started by an operator: after a breach, a new version of every group key and keypair.</summary>
public sealed class RotateEverything(RotationOfEverything rotation, OperatorStart start, TimerRuns runs)
{
    [Function("RotateEverything")]
    public Task Run([TimerTrigger(OperatorStart.Schedule)] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("RotateEverything", () => start.IsAllowed("RotateEverything")
            ? rotation.RunAsync(begins: true, cancellation)
            : Task.CompletedTask);
}
