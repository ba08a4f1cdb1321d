using AtpKeyserver.Auth;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Maintenance;

/// <summary>Hourly: forgets the used tokens that have expired.</summary>
public sealed class PruneReplay(ReplayPruning pruning)
{
    [Function("PruneReplay")]
    public Task Run([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellation) => pruning.RunAsync(cancellation);
}
