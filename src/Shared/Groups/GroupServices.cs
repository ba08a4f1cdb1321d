using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Groups;

internal static class GroupServices
{
    public static IServiceCollection AddGroups(this IServiceCollection services) => services
        .AddSingleton<GroupTable>()
        .AddSingleton<Memberships>()
        .AddSingleton<GroupReader>()
        .AddSingleton<GroupRoles>()
        .AddSingleton<GroupAccess>()
        .AddSingleton<GroupWriter>()
        .AddSingleton<GroupVersions>()
        .AddSingleton<GroupCreation>()
        .AddSingleton<EarlierVersions>()
        .AddSingleton<GroupKeys>()
        .AddSingleton<GroupKeyBatch>()
        .AddSingleton<GroupRotation>()
        .AddSingleton<AdditionRules>()
        .AddSingleton<AdditionTable>()
        .AddSingleton<AdditionBudget>()
        .AddSingleton<DepartureTable>()
        .AddSingleton<GroupDepartures>()
        .AddSingleton<MemberAdditions>()
        .AddSingleton<MemberRemovals>()
        .AddSingleton<MembershipRemoval>()
        .AddSingleton<GroupDelegates>()
        .AddSingleton<GroupRoster>()
        .AddSingleton<GroupsOfAccount>()
        .AddSingleton<GroupLog>();
}
