using AtpKeyserver.Configuration;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Timers;

/// <summary>Hourly: keys that an older version of the KEK wraps, or a KEK of another name.</summary>
public sealed class RewrapKeyring(KeyringRewrap rewrap, KillSwitch killSwitch, TimerRuns runs)
{
    [Function("RewrapKeyring")]
    public Task Run([TimerTrigger("0 27 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("RewrapKeyring", () => killSwitch.Mode == ServiceMode.Normal
            ? rewrap.RunAsync(cancellation)
            : Task.CompletedTask);
}
