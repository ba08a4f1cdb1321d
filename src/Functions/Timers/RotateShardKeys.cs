using AtpKeyserver.Observability;
using AtpKeyserver.Operations;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Timers;

/// <summary>
/// Started by an operator: creates a new version of every shard key and reseals all account keys under it.
/// </summary>
public sealed class RotateShardKeys(ShardKeyRotation rotation, OperatorStart start, TimerRuns runs)
{
    [Function("RotateShardKeys")]
    public Task Run([TimerTrigger(OperatorStart.Schedule)] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("RotateShardKeys", () => start.IsAllowed("RotateShardKeys")
            ? rotation.RunAsync(begins: true, cancellation)
            : Task.CompletedTask);
}
