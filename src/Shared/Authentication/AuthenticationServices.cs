using AtpKeyserver.Identity;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Authentication;

internal static class AuthenticationServices
{
    public static IServiceCollection AddAuthentication(this IServiceCollection services)
    {
        services.AddSingleton<ReplayTable>();
        services.AddSingleton<ReplayGuard>();
        services.AddSingleton<ServiceTokenReader>();
        services.AddSingleton<VerifiedTokenCache>();
        services.AddSingleton(provider => new ServiceAuthenticator(
            provider.GetRequiredService<ServiceTokenReader>(),
            provider.GetRequiredService<VerifiedTokenCache>(),
            provider.GetRequiredService<DidResolver>(),
            provider.GetRequiredService<RateLimits>().Authenticated,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<KeyserverMetrics>()));
        return services;
    }
}
