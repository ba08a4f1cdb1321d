using AtpKeyserver.Configuration;
using AtpKeyserver.Networking;
using AtpKeyserver.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Identity;

internal static class IdentityServices
{
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services.AddSingleton(provider => new PlcDirectory(
            provider.GetRequiredService<IOptions<KeyserverOptions>>(),
            provider.GetRequiredService<OperatorConnector>()));
        services.AddSingleton(provider => new WebDidHosts(
            provider.GetRequiredService<IOptions<KeyserverOptions>>(), provider.GetRequiredService<HostAddresses>()));
        services.AddSingleton(provider => new DidDocumentFetcher(
            provider.GetRequiredService<PlcDirectory>(),
            provider.GetRequiredService<WebDidHosts>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DidDocumentFetcher>>(),
            provider.GetService<KeyserverMetrics>()));
        services.AddSingleton<DidResolver>();
        return services;
    }
}
