using AtpKeyserver.Accounts.Keypairs;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Accounts;

internal static class AccountServices
{
    public static IServiceCollection AddAccounts(this IServiceCollection services) => services
        .AddSingleton<AccountTable>()
        .AddSingleton<RecentDeletionTable>()
        .AddSingleton<AccountKeys>()
        .AddSingleton<KeypairTable>()
        .AddSingleton<KeypairWriter>()
        .AddSingleton<AccountKeypairs>()
        .AddSingleton<KeypairLog>()
        .AddSingleton<PublicCreationTable>()
        .AddSingleton<PublicCreationBudget>()
        .AddSingleton<PublicKeys>();
}
