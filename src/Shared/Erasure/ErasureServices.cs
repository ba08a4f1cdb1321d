using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Erasure;

internal static class ErasureServices
{
    public static IServiceCollection AddErasure(this IServiceCollection services) => services
        .AddSingleton<DeletionTable>()
        .AddSingleton<DeletedGroupTable>()
        .AddSingleton<DeletedAccountTable>()
        .AddSingleton<AccountIndexTable>()
        .AddSingleton<GroupDeletion>()
        .AddSingleton<AccountSweep>()
        .AddSingleton<AccountDeletion>()
        .AddSingleton<Deletions>();
}
