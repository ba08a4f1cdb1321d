using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Configuration;

internal static class ConfigurationServices
{
    public static IServiceCollection AddConfiguration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<KeyserverOptions>()
            .Bind(configuration.GetSection(KeyserverOptions.Section))
            .ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<KeyserverOptions>, KeyserverOptionsValidator>()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<KillSwitch>(provider, configuration));
    }
}
