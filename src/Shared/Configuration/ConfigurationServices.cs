using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Configuration;

internal static class ConfigurationServices
{
    public static IServiceCollection AddConfiguration(this IServiceCollection services, IConfiguration configuration)
    {
        var types = new SettingTypes(configuration.GetSection(KeyserverOptions.Section));
        services.AddOptions<KeyserverOptions>().Configure(types.Bind).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<KeyserverOptions>>(types)
            .AddSingleton<IValidateOptions<KeyserverOptions>, KeyserverOptionsValidator>()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<KillSwitch>(provider, configuration));
    }
}
