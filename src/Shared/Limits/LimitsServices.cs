using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Limits;

public static class LimitsServices
{
    /// <summary>Adds <see cref="RateLimits"/> and the check of its settings. <see cref="KeyserverOptions"/> are bound by the app.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KeyserverOptions>, RateLimitOptionsValidator>());
        services.TryAddSingleton<RateLimits>();
        return services;
    }
}
