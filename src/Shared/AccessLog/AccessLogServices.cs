using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.AccessLog;

internal static class AccessLogServices
{
    public static IServiceCollection AddAccessLog(this IServiceCollection services) => services
        .AddSingleton<LogBatches>()
        .AddSingleton<DrainedEvents>()
        .AddSingleton<AccessLogWriter>()
        .AddSingleton<AccessLogReader>()
        .AddSingleton<PendingEvents>()
        .AddSingleton<AccessLogRetention>();
}
