using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Observability;

internal static class ObservabilityServices
{
    public static IServiceCollection AddObservability(this IServiceCollection services, IConfiguration configuration)
    {
        // HttpClient logs request URLs at Information.
        services.AddLogging(logging => logging.AddFilter("System.Net.Http", LogLevel.Warning));
        services.AddMetrics().AddSingleton<KeyserverMetrics>().AddSingleton<TimerRuns>();
        TelemetryExport.AddTo(services, configuration);
        return services;
    }
}
