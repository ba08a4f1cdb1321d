using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Configuration;

internal static class ConfigurationServices
{
    public static IServiceCollection AddConfiguration(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(KeyserverOptions.Section);
        var types = new SettingTypes(section);
        var names = new SettingNames(section);
        services.AddOptions<KeyserverOptions>().Configure(types.Bind).ValidateOnStart();
        return services
            .AddSingleton(names)
            .AddSingleton<IValidateOptions<KeyserverOptions>>(names)
            .AddSingleton<IValidateOptions<KeyserverOptions>>(types)
            .AddSingleton<IValidateOptions<KeyserverOptions>, KeyserverOptionsValidator>()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<KillSwitch>(provider, configuration));
    }
}
