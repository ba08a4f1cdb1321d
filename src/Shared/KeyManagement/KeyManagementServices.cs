using AtpKeyserver.Configuration;
using AtpKeyserver.Networking;
using AtpKeyserver.Observability;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.KeyManagement;

internal static class KeyManagementServices
{
    public static IServiceCollection AddKeyManagement(this IServiceCollection services) => services
        .AddSingleton(CreateKek)
        .AddSingleton<KeyringTable>()
        .AddSingleton<Keyring>()
        .AddSingleton<KeyringRewrap>()
        .AddSingleton<PartitionKeys>()
        .AddSingleton<Cursors>();

    private static Kek CreateKek(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<KeyserverOptions>>().Value.KeyVault;
        var isEmulator = options.EmulatorToken.Length > 0;
        // Only the managed identity: a credential chain would add seconds of probing at startup.
        TokenCredential credential = isEmulator
            ? new EmulatorCredential(options.EmulatorToken)
            : new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
        return new Kek(
            new Uri(options.KeyId),
            credential,
            isEmulator,
            OperatorTransport.Create(
                services.GetRequiredService<OperatorConnector>(),
                idle: TimeSpan.FromMinutes(1),
                connectTimeout: TimeSpan.FromSeconds(3)),
            new DependencyMetricsPolicy("vault", services.GetRequiredService<KeyserverMetrics>()));
    }
}
