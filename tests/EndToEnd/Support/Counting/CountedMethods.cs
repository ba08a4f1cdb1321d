namespace AtpKeyserver.Tests.EndToEnd.Support.Counting;

/// <summary>Each XRPC method, with the cases that have different costs.</summary>
public static class CountedMethods
{
    /// <summary>The permissions of a delegate.</summary>
    public static readonly (string Name, object Value) Permissions = ("permissions", new[] { "add_member" });

    private const int MembersACall = 90;

    private static int _members;

    private static readonly IEnumerable<int> Numbers = Enumerable.Range(0, CountedMethod.Calls);

    public static IReadOnlyList<CountedMethod> All { get; } =
    [
        new("server.describeServer", stage => Repeat(() => stage.Count("server.describeServer", null))),
        new("keypair.getPublicKey", async stage =>
        {
            var account = await WithKeypairAsync(stage);
            return _ => stage.Count("keypair.getPublicKey", null, ("did", account));
        }),
        new("keypair.getPublicKey, makes it",
            stage => Repeat(() => stage.Count("keypair.getPublicKey", null, ("did", stage.NewAccount()))))
        {
            HasLater = false,
        },
        OfAccount("keypair.getKeypair"),
        new("keypair.getKeypair, makes it",
            stage => Repeat(() => stage.Count("keypair.getKeypair", stage.NewAccount())))
        {
            HasLater = false,
        },
        OfAccount("keypair.rotate"),
        OfAccount("keypair.listVersions"),
        OfAccount("keypair.getAccessLog") with { ReadsLog = true },

        OfOwner("group.getKey", "group.getKey, owner"),
        OfMember("group.getKey", "group.getKey, member"),
        new("group.getKey, member, a group new to the instance", async stage =>
        {
            var member = stage.NewAccount();
            var groups = new List<string>();
            foreach (var _ in Numbers)
            {
                var (owner, group) = await WithGroupAsync(stage);
                await MakeAsync(stage, "group.addMember", owner, ("group_id", group), ("member_did", member));
                groups.Add(group);
            }

            return number => stage.Count("group.getKey", member, ("group_id", groups[number]));
        }) { HasFirst = false },
        new("group.getKey, an earlier version", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            await MakeAsync(stage, "group.rotateKey", owner, ("group_id", group));
            return _ => stage.Count("group.getKey", owner, ("group_id", group), ("version", 1));
        }),
        new("group.getKey, refused", async stage =>
        {
            var (_, group) = await WithGroupAsync(stage);
            var stranger = stage.NewAccount();
            return _ => stage.Count("group.getKey", stranger, ("group_id", group));
        }) { Status = 403 },
        new("group.getKey, makes group and account", stage =>
        {
            var owner = stage.NewAccount();
            return Repeat(() => stage.Count("group.getKey", owner, ("group_id", $"{owner}#friends")));
        }) { HasLater = false },
        new("group.getKey, makes one more group", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            return number => stage.Count("group.getKey", owner, ("group_id", $"{group}{number}"));
        }) { HasFirst = false },
        new("group.getKeys, 1 key, owner", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            return _ => stage.Count("group.getKeys", owner, ("keys", group));
        }),
        new("group.getKeys, 10 earlier versions of a group", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            for (var version = 1; version <= 10; version++)
                await MakeAsync(stage, "group.rotateKey", owner, ("group_id", group));
            string[] keys = [.. Enumerable.Range(1, 10).Select(version => $"{group}@{version}")];
            return _ => stage.Count("group.getKeys", owner, ("keys", keys));
        }),
        new("group.getKeys, 10 groups of one owner", async stage =>
        {
            var owner = stage.NewAccount();
            string[] keys = [.. Enumerable.Range(0, 10).Select(number => $"{owner}#friends{number}")];
            foreach (var group in keys)
                await MakeAsync(stage, "group.getKey", owner, ("group_id", group));
            return _ => stage.Count("group.getKeys", owner, ("keys", keys));
        }) { IsLogSpread = true },
        new("group.getKeys, 100 groups of 100 owners, member", async stage =>
        {
            var member = stage.NewAccount();
            var keys = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
            {
                var (owner, group) = await WithGroupAsync(stage);
                await MakeAsync(stage, "group.addMember", owner, ("group_id", group), ("member_did", member));
                return group;
            }));
            return _ => stage.Count("group.getKeys", member, ("keys", keys));
        }) { IsLogSpread = true },
        OfOwner("group.rotateKey"),
        OfOwner("group.listKeyVersions"),
        new("group.addMember", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            return _ => stage.Count("group.addMember", owner, ("group_id", group), ("member_did", stage.NewAccount()));
        }),
        new("group.addMember, delegate", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            var by = stage.NewAccount();
            await MakeAsync(stage, "group.addDelegate", owner, ("group_id", group), ("delegate_did", by), Permissions);
            return _ => stage.Count("group.addMember", by, ("group_id", group), ("member_did", stage.NewAccount()));
        }),
        new("group.addMembers, 90", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            return _ => stage.Count(
                "group.addMembers", owner, ("group_id", group), ("member_dids", NewMembers()));
        }),
        RemoveMember("group.removeMember"),
        RemoveMember("group.removeMember, rotate", ("rotate", true)),
        new("group.removeMembers, 90", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            var members = Numbers.Select(_ => NewMembers()).ToList();
            foreach (var each in members)
                await MakeAsync(stage, "group.addMembers", owner, ("group_id", group), ("member_dids", each));
            return number => stage.Count(
                "group.removeMembers", owner, ("group_id", group), ("member_dids", members[number]));
        }),
        OfOwner("group.listMembers"),
        new("group.addDelegate", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            return _ => stage.Count(
                "group.addDelegate", owner, ("group_id", group), ("delegate_did", stage.NewAccount()), Permissions);
        }),
        new("group.removeDelegate", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            var delegates = Numbers.Select(_ => stage.NewAccount()).ToList();
            foreach (var each in delegates)
                await MakeAsync(
                    stage, "group.addDelegate", owner, ("group_id", group), ("delegate_did", each), Permissions);
            return number =>
                stage.Count("group.removeDelegate", owner, ("group_id", group), ("delegate_did", delegates[number]));
        }),
        OfOwner("group.listDelegates"),
        ListGroups("group.listGroups, 1 group", 1),
        ListGroups("group.listGroups, 11 groups", 11),
        OfOwner("group.getAccessLog") with { ReadsLog = true },
        new("group.delete", async stage =>
        {
            var (owner, group) = await WithGroupAsync(stage);
            foreach (var number in Numbers)
                await MakeAsync(stage, "group.getKey", owner, ("group_id", $"{group}{number}"));
            return number => stage.Count("group.delete", owner, ("group_id", $"{group}{number}"));
        }),

        new("account.delete, of a keypair only", async stage =>
        {
            var accounts = Numbers.Select(_ => stage.NewAccount()).ToList();
            foreach (var account in accounts)
                Good(await stage.Count("keypair.getKeypair", account), "keypair.getKeypair");
            return number => stage.Count("account.delete", accounts[number], ("confirmation", "DELETE_ALL_MY_DATA"));
        }) { HasFirst = false },
        new("account.export, of a keypair and a group", async stage =>
        {
            var (owner, _) = await WithGroupAsync(stage);
            await MakeAsync(stage, "keypair.getKeypair", owner);
            return _ => stage.Count("account.export", owner);
        }) { ReadsLog = true },
    ];

    /// <summary>DIDs of 90 people, who need no accounts to become members.</summary>
    private static string[] NewMembers()
    {
        var first = Interlocked.Add(ref _members, MembersACall);
        return [.. Enumerable.Range(first, MembersACall).Select(i => $"did:web:member{i}.example.com")];
    }

    private static CountedMethod OfAccount(string method) => new(method, async stage =>
    {
        var account = await WithKeypairAsync(stage);
        return _ => stage.Count(method, account);
    });

    private static CountedMethod OfOwner(string method, string? name = null) => new(name ?? method, async stage =>
    {
        var (owner, group) = await WithGroupAsync(stage);
        return _ => stage.Count(method, owner, ("group_id", group));
    });

    private static CountedMethod OfMember(string method, string name) => new(name, async stage =>
    {
        var (owner, group) = await WithGroupAsync(stage);
        var member = stage.NewAccount();
        await MakeAsync(stage, "group.addMember", owner, ("group_id", group), ("member_did", member));
        return _ => stage.Count(method, member, ("group_id", group));
    });

    private static CountedMethod RemoveMember(string name, params (string, object)[] more) => new(name, async stage =>
    {
        var (owner, group) = await WithGroupAsync(stage);
        var members = Numbers.Select(_ => stage.NewAccount()).ToList();
        foreach (var member in members)
            await MakeAsync(stage, "group.addMember", owner, ("group_id", group), ("member_did", member));
        return number =>
            stage.Count("group.removeMember", owner, [("group_id", group), ("member_did", members[number]), .. more]);
    });

    private static CountedMethod ListGroups(string name, int count) => new(name, async stage =>
    {
        var member = stage.NewAccount();
        for (var i = 0; i < count; i++)
        {
            var (owner, group) = await WithGroupAsync(stage);
            await MakeAsync(stage, "group.addMember", owner, ("group_id", group), ("member_did", member));
        }

        return _ => stage.Count("group.listGroups", member);
    });

    private static Task<Func<int, Task<int>>> Repeat(Func<Task<int>> call) =>
        Task.FromResult<Func<int, Task<int>>>(_ => call());

    private static async Task<string> WithKeypairAsync(CountingStage stage)
    {
        var account = stage.NewAccount();
        await MakeAsync(stage, "keypair.getKeypair", account);
        return account;
    }

    private static async Task<(string Owner, string Group)> WithGroupAsync(CountingStage stage)
    {
        var owner = stage.NewAccount();
        await MakeAsync(stage, "group.getKey", owner, ("group_id", $"{owner}#friends"));
        return (owner, $"{owner}#friends");
    }

    private static async Task MakeAsync(
        CountingStage stage, string method, string caller, params (string Name, object Value)[] values) =>
        Good(await stage.Make(method, caller, values), method);

    private static void Good(int status, string method)
    {
        if (status != 200)
            throw new InvalidOperationException($"{method} returned {status}.");
    }
}
