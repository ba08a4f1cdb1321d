using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Authentication;

internal static class AuthenticationServices
{
    public static IServiceCollection AddAuthentication(this IServiceCollection services) => services
        .AddSingleton<ReplayTable>()
        .AddSingleton<ReplayGuard>()
        .AddSingleton<ServiceTokenReader>()
        .AddSingleton<VerifiedTokenCache>()
        .AddSingleton<ServiceAuthenticator>();
}
