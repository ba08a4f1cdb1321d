using AtpKeyserver.AccessLog;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Integration.Audit;

/// <summary>Log rows of refusals: what the storage holds and what the owner reads.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class DeniedRowTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Noon = new(2032, 5, 18, 12, 0, 30, TimeSpan.Zero);

    [Fact]
    public async Task Refusals_of_strangers_share_one_row_per_action_and_minute()
    {
        await using var world = new LogWorld(azurite, Noon);
        foreach (var stranger in (string[])["a", "b", "c"])
            await DenyAsync(world, world.Read(stranger), hasRole: false);
        await DenyAsync(world, world.Read("a") with { Action = AccessAction.Delete }, hasRole: false);
        await DenyAsync(world, world.Read("d") with { Action = AccessAction.Delete }, hasRole: false);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await DenyAsync(world, world.Read("a"), hasRole: false);

        var entries = (await world.PageAsync(100)).Entries;
        var minute = Noon.AddSeconds(-30);
        Assert.Equal(
            [("delete", minute), ("read", minute), ("read", minute.AddMinutes(1))],
            entries.Select(entry => (entry.Action, entry.AccessedAt)).Order());
    }

    [Fact]
    public async Task Refusal_rows_contain_nothing_of_the_caller_or_the_call()
    {
        await using var world = new LogWorld(azurite, Noon);
        var by = world.Read("a").By with { Ip = "203.0.113.7", UserAgent = "client/1" };
        await DenyAsync(world, new AccessEvent(world.Subject, AccessAction.RemoveMember, by, 7, by.Did.Value),
            hasRole: false);
        var entry = Assert.Single((await world.PageAsync(100)).Entries);
        Assert.Equal((Did.Erased, "remove_member", AccessNames.Denied), (entry.Did, entry.Action, entry.Outcome));
        Assert.Equal((null, null, null, null), (entry.Ip, entry.UserAgent, entry.Target, entry.Version));
    }

    [Fact]
    public async Task A_refused_member_or_delegate_is_named_in_its_own_row()
    {
        await using var world = new LogWorld(azurite, Noon);
        var a = world.Read("a");
        var first = a with { By = a.By with { Ip = "203.0.113.7", UserAgent = "client/1" }, Version = 7 };
        foreach (var asked in (AccessEvent[])[first, a, world.Read("b")])
            await DenyAsync(world, asked, hasRole: true);
        await DenyAsync(world, a, hasRole: false);

        var entries = (await world.PageAsync(100)).Entries;
        Assert.Equal(
            [a.By.Did.Value, world.Read("b").By.Did.Value, Did.Erased],
            entries.Select(entry => entry.Did).OrderBy(did => did == Did.Erased).ThenBy(did => did,
                StringComparer.Ordinal));
        var named = entries.Single(entry => entry.Did == a.By.Did.Value);
        Assert.Equal(("203.0.113.7", "client/1", 7), (named.Ip, named.UserAgent, named.Version));
    }

    private static Task DenyAsync(LogWorld world, AccessEvent refused, bool hasRole) =>
        world.Log.WriteDeniedAsync(refused, hasRole, world.Key, CancellationToken.None);
}
