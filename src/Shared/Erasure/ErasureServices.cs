using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Erasure;

internal static class ErasureServices
{
    public static IServiceCollection AddErasure(this IServiceCollection services) => services
        .AddSingleton<UnfinishedDeletions>()
        .AddSingleton<GroupSweep>()
        .AddSingleton<GroupDeletion>()
        .AddSingleton<AccountSweep>()
        .AddSingleton<AccountDeletion>()
        .AddSingleton<Deletions>();
}
