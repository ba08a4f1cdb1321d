using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Export;

internal static class ExportServices
{
    public static IServiceCollection AddExport(this IServiceCollection services) => services
        .AddSingleton<ExportLimiter>()
        .AddSingleton<ExportedGroup>()
        .AddSingleton<ExportDocument>()
        .AddSingleton<AccountExport>();
}
