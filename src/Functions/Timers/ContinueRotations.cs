using AtpKeyserver.Configuration;
using AtpKeyserver.Observability;
using AtpKeyserver.Operations;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Timers;

/// <summary>Every five minutes: resumes rotations that an operator started and that are incomplete.</summary>
public sealed class ContinueRotations(
    ShardKeyRotation shardKeys, KeyRotation keys, KillSwitch killSwitch, TimerRuns runs)
{
    [Function("ContinueRotations")]
    public Task Run([TimerTrigger("40 */5 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("ContinueRotations", () => killSwitch.Mode == ServiceMode.Normal
            ? Task.WhenAll(shardKeys.RunAsync(begins: false, cancellation), keys.RunAsync(begins: false, cancellation))
            : Task.CompletedTask);
}
