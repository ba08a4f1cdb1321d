using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Transparency;

internal static class TransparencyServices
{
    public static IServiceCollection AddTransparency(this IServiceCollection services) => services
        .AddSingleton<LogTable>()
        .AddSingleton<LogKeyring>()
        .AddSingleton<LogCreation>()
        .AddSingleton<Sequencer>()
        .AddSingleton<TileReader>()
        .AddSingleton<Checkpoints>();
}
