using System.Security.Cryptography;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.EndToEnd.Support.Counting;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>Measures the memory per cached entry of an instance, one cache at a time.</summary>
internal static class MemoryFigures
{
    /// <summary>Reads the account without creating it.</summary>
    private const string Method = "keypair.listVersions";

    private const int AtOnce = 64;

    /// <summary>All stay cached: the cache evicts 10,000 tokens after another 10,000 were added.</summary>
    private const int Tokens = 15_000;

    private const int Strangers = 10_000;
    private const int Owners = 5_000;
    private const int Groups = 100;
    private const int Members = 60;

    public static async Task<List<MemoryStep>> MeasureAsync(Stack stack)
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-scaling");
        var file = Path.Combine(folder.FullName, "heap");
        var app = await stack.StartInstanceAsync(Heap.Settings(file));
        var heap = new Heap(app, file);
        using var maker = new Sender(stack, stack.App);
        using var sender = new Sender(stack, app.Origin);
        var steps = new List<MemoryStep>();
        var live = 0.0;

        await AddAsync("at rest, started and healthy", 0, () => Task.CompletedTask);
        var one = Account();
        var token = sender.Token(one, Method);
        await AddAsync(
            "15,000 calls with one token",
            0,
            () => EachAsync(Tokens, _ => Good(sender.SendAsync(Method, token, Nothing))));
        await AddAsync(
            "tokens of one caller", Tokens, () => EachAsync(Tokens, _ => Good(sender.SendAsync(Method, one))));
        var callers = Accounts(Strangers, AccountCurve.Secp256k1);
        await AddAsync(
            "callers: DID document, absence of an account",
            Strangers,
            () => EachAsync(Strangers, i => Good(sender.SendAsync(Method, callers[i]))));
        await ForgetAsync("absences gone", Strangers);

        // Created by another instance, so that this one has cached nothing.
        var owners = Accounts(Owners, AccountCurve.P256);
        await EachAsync(Owners, i => GetKey(maker, owners[i]));
        var members = Accounts(Members, AccountCurve.P256);
        await Parallel.ForEachAsync(Enumerable.Range(0, Groups), async (group, _) =>
        {
            var owner = owners[group];
            for (var i = 0; i < Members; i++)
            {
                await Good(maker.SendAsync(
                    "group.addMember", owner, ("group_id", GroupOf(owner)), ("member_did", members[i])));
            }
        });
        await AddAsync(
            "owners: DID document, account key",
            Owners,
            () => EachAsync(Owners, i => GetKey(sender, owners[i])));
        await ForgetAsync("account keys gone", Owners);
        var tokens = members.Select(member => sender.Token(member, "group.getKey")).ToArray();
        await AddAsync(
            "memberships",
            Groups * Members,
            () => EachAsync(Groups * Members, i => Good(sender.SendAsync(
                "group.getKey",
                tokens[i % Members],
                new Dictionary<string, object> { ["group_id"] = GroupOf(owners[i / Members]) }))));
        await app.StopAsync();
        folder.Delete(recursive: true);
        return steps;

        // A cache removes expired entries when it is used, at most once a minute.
        Task ForgetAsync(string what, int entries) => AddAsync(what, entries, async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(65));
            for (var i = 0; i < 2; i++)
            {
                await GetKey(sender, one);
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        });

        async Task AddAsync(string what, int entries, Func<Task> fill)
        {
            await fill();
            var (now, resident) = await heap.CollectAsync();
            var each = entries == 0 ? 0 : (now - live) * 1048576 / entries;
            steps.Add(new MemoryStep(what, entries, now, resident, each));
            Console.WriteLine(
                $"{what,-52} {entries,7} {now,8:0.0} MB live {resident,7:0} MB in RAM "
                + $"{steps[^1].BytesEach,7:0} bytes each");
            live = now;
        }

        string[] Accounts(int count, AccountCurve curve) =>
            [.. Enumerable.Range(0, count).Select(_ => Account(curve))];

        string Account(AccountCurve curve = AccountCurve.P256)
        {
            var name = RandomNumberGenerator.GetHexString(16, lowercase: true);
            return stack.Atproto.CreateAccount($"m{name}.test", AccountMethod.Plc, curve).Did;
        }
    }

    private static IReadOnlyDictionary<string, object> Nothing { get; } = new Dictionary<string, object>();

    private static string GroupOf(string owner) => $"{owner}#friends";

    private static Task EachAsync(int count, Func<int, Task> send) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (i, _) => await send(i));

    private static Task GetKey(Sender sender, string owner) =>
        Good(sender.SendAsync("group.getKey", owner, ("group_id", GroupOf(owner))));

    private static async Task Good(Task<int> call)
    {
        if (await call is var status && status != 200)
            throw new InvalidOperationException($"A call returned {status}.");
    }
}
