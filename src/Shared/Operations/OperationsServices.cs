using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Operations;

internal static class OperationsServices
{
    public static IServiceCollection AddOperations(
        this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton<Health>()
        .AddSingleton<JobTable>()
        .AddSingleton<JobRunner>()
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<OperatorStart>(provider, configuration))
        .AddSingleton<ShardKeyRotation>()
        .AddSingleton<KeyRotation>();
}
