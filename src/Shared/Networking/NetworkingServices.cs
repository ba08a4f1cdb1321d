using AtpKeyserver.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Networking;

internal static class NetworkingServices
{
    public static IServiceCollection AddNetworking(this IServiceCollection services) => services
        .AddSingleton(_ => new OperatorConnector())
        .AddSingleton(provider => new HostAddresses(
            provider.GetRequiredService<IOptions<KeyserverOptions>>(), provider.GetRequiredService<TimeProvider>()));
}
