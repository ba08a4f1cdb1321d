using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>An owner with a group, and related accounts; none has called yet.</summary>
internal sealed class World
{
    public World(Api api)
    {
        Owner = Person();
        Member = Person();
        Delegate = Person();
        Candidate = Person();
        Stranger = Person();
        Group = AddGroup(Owner, "friends");

        string Person()
        {
            var did = api.NewAccount();
            Ledger.People.Add(did);
            Ledger.Keypairs[did] = new KeyFacts();
            return did;
        }
    }

    public Ledger Ledger { get; } = new();

    public string Owner { get; }

    public string Member { get; }

    /// <summary>Has every permission.</summary>
    public string Delegate { get; }

    /// <summary>Has no role yet, and may get one.</summary>
    public string Candidate { get; }

    public string Stranger { get; }

    /// <summary>The owner's group.</summary>
    public string Group { get; }

    public Request GetKey(string caller, int? version = null) => new("group.getKey", caller, Group, Version: version);

    public Request Rotate(string caller, int? expected = null) =>
        new("group.rotateKey", caller, Group, Version: expected);

    public Request Add(string caller, string member) => new("group.addMember", caller, Group, member);

    public Request Remove(string caller, string member, bool rotate = false) =>
        new("group.removeMember", caller, Group, member, Rotate: rotate);

    public Request AddBoth(string caller) =>
        new("group.addMembers", caller, Group, Candidate, Companion: Stranger);

    public Request RemoveBoth(string caller, bool rotate = false) =>
        new("group.removeMembers", caller, Group, Member, Companion: Candidate, Rotate: rotate);

    public Request Authorize(string who) => new("group.addDelegate", Owner, Group, who);

    public Request Dismiss(string caller, string who) => new("group.removeDelegate", caller, Group, who);

    public Request DeleteGroup => new("group.delete", Owner, Group);

    public string AddGroup(string owner, string name)
    {
        var group = new GroupFacts(owner, $"{owner}#{name}");
        Ledger.Groups.Add(group.Id, group);
        return group.Id;
    }

    /// <summary>A group with two versions, a member and a delegate; the owner and the member have keypairs.</summary>
    public async Task PrepareAsync(Api api)
    {
        await Ledger.OkAsync(api, new("keypair.getKeypair", Owner));
        await Ledger.OkAsync(api, GetKey(Owner));
        await Ledger.OkAsync(api, Add(Owner, Member));
        await Ledger.OkAsync(api, Authorize(Delegate));
        await Ledger.OkAsync(api, Rotate(Owner, 1));
        await Ledger.OkAsync(api, GetKey(Member));
    }

    /// <summary>The group, recreated if it was deleted, can be used as before.</summary>
    public async Task VerifyUsableAsync(Api api)
    {
        if (Ledger.Deletion(Owner) == Fact.Yes)
            return;
        await IsThereAsync(api);
        await Ledger.OkAsync(api, Rotate(Owner));
        var joins = GroupFacts.Of(Ledger.Groups[Group].Members, Candidate) == Fact.No;
        if (joins)
            await Ledger.OkAsync(api, Add(Owner, Candidate));
        await Ledger.OkAsync(api, GetKey(Candidate));
        await Ledger.OkAsync(api, Remove(Owner, Candidate, rotate: true));
        await Ledger.SendAsync(api, GetKey(Candidate));
    }

    /// <summary>The timer completes an interrupted deletion, and then the owner can recreate the group.</summary>
    private async Task IsThereAsync(Api api)
    {
        if ((await Ledger.SendAsync(api, GetKey(Owner)))?.Status == 200)
            return;
        await Timers.StartAsync(api, "FinishDeletions");
        await Eventually.TrueAsync(async () => (await Ledger.SendAsync(api, GetKey(Owner)))?.Status == 200);
    }
}
