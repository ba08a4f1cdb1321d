using AtpKeyserver.Configuration;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Timers;

/// <summary>
/// Hourly: rewraps keys that are wrapped by an older version of the KEK or by a KEK with another name.
/// </summary>
public sealed class RewrapKeyring(KeyringRewrap rewrap, KillSwitch killSwitch, TimerRuns runs)
{
    [Function("RewrapKeyring")]
    public Task Run([TimerTrigger("0 27 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        runs.RunAsync("RewrapKeyring", () => killSwitch.Mode == ServiceMode.Normal
            ? rewrap.RunAsync(cancellation)
            : Task.CompletedTask);
}
