using AtpKeyserver.Limits;
using AtpKeyserver.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Identity;

public static class IdentityRegistration
{
    /// <summary>Adds <see cref="DidResolver"/>. Needs <see cref="KeyserverOptions"/> and <see cref="RateLimits"/>.</summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OperatorConnector>(_ => new OperatorConnector());
        services.TryAddSingleton(provider => new HostAddresses(
            provider.GetRequiredService<IOptions<KeyserverOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new PlcDirectory(
            provider.GetRequiredService<IOptions<KeyserverOptions>>(),
            provider.GetRequiredService<OperatorConnector>()));
        services.TryAddSingleton(provider => new WebDidHosts(
            provider.GetRequiredService<IOptions<KeyserverOptions>>(), provider.GetRequiredService<HostAddresses>()));
        services.TryAddSingleton(provider => new LookUps(
            provider.GetRequiredService<PlcDirectory>(),
            provider.GetRequiredService<WebDidHosts>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LookUps>>(),
            provider.GetService<KeyserverMetrics>()));
        services.TryAddSingleton(provider => new DidResolver(
            provider.GetRequiredService<LookUps>(),
            provider.GetRequiredService<RateLimits>().TakeResolution,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DidResolver>>(),
            provider.GetService<KeyserverMetrics>()));
        return services;
    }
}
