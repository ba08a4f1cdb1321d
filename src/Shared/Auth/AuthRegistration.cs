using AtpKeyserver.Identity;
using AtpKeyserver.Limits;
using AtpKeyserver.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AtpKeyserver.Auth;

public static class AuthRegistration
{
    /// <summary>Adds <see cref="ServiceAuthenticator"/> and what it needs of <see cref="IdentityRegistration.AddIdentity"/>.</summary>
    public static IServiceCollection AddServiceAuth(this IServiceCollection services)
    {
        services.AddIdentity();
        services.TryAddSingleton<ServiceTokenReader>();
        services.TryAddSingleton<RememberedTokens>();
        services.TryAddSingleton(provider => new ServiceAuthenticator(
            provider.GetRequiredService<ServiceTokenReader>(),
            provider.GetRequiredService<RememberedTokens>(),
            provider.GetRequiredService<DidResolver>(),
            provider.GetRequiredService<RateLimits>().Authenticated,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<KeyserverMetrics>()));
        return services;
    }
}
