using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts;
using AtpKeyserver.Authentication;
using AtpKeyserver.Configuration;
using AtpKeyserver.Erasure;
using AtpKeyserver.Export;
using AtpKeyserver.Groups;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Networking;
using AtpKeyserver.Observability;
using AtpKeyserver.Operations;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Storage;
using AtpKeyserver.Transparency;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver;

/// <summary>Registers the core: each folder registers its own services.</summary>
public static class KeyserverServices
{
    public static IServiceCollection AddKeyserver(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddConfiguration(configuration)
            .AddObservability(configuration)
            .AddNetworking()
            .AddStorage()
            .AddKeyManagement()
            .AddRateLimiting()
            .AddIdentity()
            .AddAuthentication()
            .AddTransparency()
            .AddAccessLog()
            .AddAccounts()
            .AddGroups()
            .AddErasure()
            .AddExport()
            .AddOperations(configuration);
    }

    /// <summary>Logs how this process was set up, for operators.</summary>
    public static void LogStart(this IServiceProvider services)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(KeyserverServices));
        Log.VerifiesBy(logger, AtprotoKey.Es256kLibrary);
        services.GetRequiredService<SettingNames>().LogUnknown(logger);
    }

    /// <summary>
    /// Connects to storage and vault and opens the root of the keyring while the host starts to listen, so that the
    /// first caller does not wait for it.
    /// </summary>
    public static void BeginToOpenKeyring(this IServiceProvider services) =>
        _ = Task.Run(() => services.GetRequiredService<Keyring>().OpenRootAheadAsync());
}
