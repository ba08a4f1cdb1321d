using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>A request and the state before it.</summary>
/// <param name="Name">The method, and what is special about this call.</param>
/// <param name="PrepareAsync">Calls before it, through another instance.</param>
/// <param name="Request">The request that is interrupted.</param>
internal sealed record Scenario(string Name, Func<World, Api, Task> PrepareAsync, Func<World, Request> Request)
{
    /// <summary>
    /// One for each path through a method that writes. The first needs keys of the keyring that do not exist yet.
    /// </summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("keypair.getKeypair, first call", NothingAsync, world => new("keypair.getKeypair", world.Owner)),
        new("group.getKey, first call", NothingAsync, world => world.GetKey(world.Owner)),
        new("keypair.getPublicKey, first call", NothingAsync,
            world => new("keypair.getPublicKey", "", Target: world.Owner)),
        new("keypair.getKeypair", UsualAsync, world => new("keypair.getKeypair", world.Owner)),
        new("keypair.getKeypair, earlier version", WithTwoKeypairsAsync,
            world => new("keypair.getKeypair", world.Owner, Version: 1)),
        new("keypair.rotate", UsualAsync, world => new("keypair.rotate", world.Owner, Version: 1)),
        new("group.getKey, of the owner", UsualAsync, world => world.GetKey(world.Owner)),
        new("group.getKey, of a member", UsualAsync, world => world.GetKey(world.Member)),
        new("group.getKey, of a member, earlier version", UsualAsync, world => world.GetKey(world.Member, 1)),
        new("group.getKey, of a stranger", UsualAsync, world => world.GetKey(world.Stranger)),
        new("group.getKey, second group", UsualAsync, world =>
            world.GetKey(world.Owner) with { Group = world.AddGroup(world.Owner, "family") }),
        new("group.rotateKey", UsualAsync, world => world.Rotate(world.Owner, 2)),
        new("group.rotateKey, by a delegate", UsualAsync, world => world.Rotate(world.Delegate, 2)),
        new("group.addMember", UsualAsync, world => world.Add(world.Owner, world.Candidate)),
        new("group.addMember, by a delegate", UsualAsync, world => world.Add(world.Delegate, world.Candidate)),
        new("group.addMembers", UsualAsync, world => world.AddBoth(world.Owner)),
        new("group.addMembers, by a delegate", UsualAsync, world => world.AddBoth(world.Delegate)),
        new("group.removeMembers, with rotation", WithMemberOfDelegateAsync,
            world => world.RemoveBoth(world.Owner, rotate: true)),
        new("group.removeMember", UsualAsync, world => world.Remove(world.Owner, world.Member)),
        new("group.removeMember, with rotation", UsualAsync,
            world => world.Remove(world.Owner, world.Member, rotate: true)),
        new("group.removeMember, by a delegate", UsualAsync, world => world.Remove(world.Delegate, world.Member)),
        new("group.removeMember, by itself", UsualAsync, world => world.Remove(world.Member, world.Member)),
        new("group.addDelegate", UsualAsync, world => world.Authorize(world.Candidate)),
        new("group.addDelegate, again", UsualAsync, world => world.Authorize(world.Delegate)),
        new("group.removeDelegate", UsualAsync, world => world.Dismiss(world.Owner, world.Delegate)),
        new("group.removeDelegate, by itself", UsualAsync, world => world.Dismiss(world.Delegate, world.Delegate)),
        new("group.removeDelegate, of one that added members", WithMemberOfDelegateAsync,
            world => world.Dismiss(world.Owner, world.Delegate)),
        new("group.delete", UsualAsync, world => world.DeleteGroup),
        new("group.getKey, recreates a deleted group", WithDeletedGroupAsync, world => world.GetKey(world.Owner)),
        new("account.delete", WithManyRolesAsync, world => new("account.delete", world.Owner)),
        new("account.delete, of a member and delegate", WithManyRolesAsync,
            world => new("account.delete", world.Member)),
        new("account.delete, again", WithDeletedAccountAsync, world => new("account.delete", world.Owner)),
    ];

    public override string ToString() => Name;

    private static Task NothingAsync(World world, Api api) => Task.CompletedTask;

    private static Task UsualAsync(World world, Api api) => world.PrepareAsync(api);

    private static async Task WithTwoKeypairsAsync(World world, Api api)
    {
        await world.PrepareAsync(api);
        await world.Ledger.OkAsync(api, new("keypair.rotate", world.Owner, Version: 1));
    }

    private static async Task WithMemberOfDelegateAsync(World world, Api api)
    {
        await world.PrepareAsync(api);
        await world.Ledger.OkAsync(api, world.Add(world.Delegate, world.Candidate));
    }

    private static async Task WithDeletedGroupAsync(World world, Api api)
    {
        await world.PrepareAsync(api);
        await world.Ledger.OkAsync(api, world.DeleteGroup);
    }

    /// <summary>Two groups of the account, and a membership in another one.</summary>
    private static async Task WithManyRolesAsync(World world, Api api)
    {
        await WithTwoKeypairsAsync(world, api);
        await world.Ledger.OkAsync(api, new("group.getKey", world.Owner, world.AddGroup(world.Owner, "family")));
        var work = world.AddGroup(world.Member, "work");
        await world.Ledger.OkAsync(api, new("group.getKey", world.Member, work));
        await world.Ledger.OkAsync(api, new("group.addMember", world.Member, work, world.Owner));
        await world.Ledger.OkAsync(api, new("group.addDelegate", world.Member, work, world.Owner));
        await world.Ledger.OkAsync(api, world.Authorize(world.Member));
    }

    private static async Task WithDeletedAccountAsync(World world, Api api)
    {
        await WithManyRolesAsync(world, api);
        await world.Ledger.OkAsync(api, new("account.delete", world.Owner));
    }
}
