using AtpKeyserver.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.RateLimiting;

internal static class RateLimitingServices
{
    public static IServiceCollection AddRateLimiting(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<KeyserverOptions>, RateLimitOptionsValidator>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<KnownCallers>();
        services.AddSingleton<ILookupLimits, LookupLimits>();
        return services;
    }
}
