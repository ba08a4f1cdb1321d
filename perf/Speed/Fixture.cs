using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Accounts, groups and scenarios of a stack.</summary>
internal sealed class Fixture
{
    private const int Users = 200;

    /// <summary>The maximum: tokens are created before a round and expire after 60 s.</summary>
    private const int FreshTokens = 40_000;

    /// <summary>More than the app can handle.</summary>
    private const int CallsASecond = 8_000;

    /// <summary>addMember calls; more than the app can handle.</summary>
    private const int AdditionsASecond = 2_500;

    /// <summary>addMembers calls; more than the app can handle.</summary>
    private const int ManyAdditionsASecond = 100;

    private const int MembersACall = 90;

    private readonly Stack _stack;
    private readonly Accounts _accounts;
    private readonly Dictionary<AccountCurve, string[]> _users = [];
    private readonly string[] _owners;
    private int _nextMember;

    private Fixture(Stack stack)
    {
        _stack = stack;
        _accounts = new Accounts(stack);
        foreach (var curve in (AccountCurve[])[AccountCurve.Secp256k1, AccountCurve.P256])
            _users[curve] = _accounts.Create(Users, curve);
        _owners = _users[AccountCurve.P256];
    }

    private int Fresh { get; init; }

    private int GroupsOfOwner { get; init; }

    /// <param name="stack">The stack.</param>
    /// <param name="groups">The total number of groups, at least 200.</param>
    /// <param name="seconds">The duration of a run whose requests are sent once.</param>
    public static async Task<Fixture> MakeAsync(Stack stack, int groups, int seconds = 1)
    {
        var fixture = new Fixture(stack)
        {
            GroupsOfOwner = groups / Users,
            Fresh = Math.Min(FreshTokens, seconds * CallsASecond),
        };
        var accounts = fixture._accounts;
        // One hot group per curve: the first user is the owner, all others are members.
        foreach (var users in fixture._users.Values)
        {
            var group = Accounts.GroupOf(users[0]);
            await accounts.SendAllAsync([accounts.GetKey(users[0], group)]);
            await accounts.SendAllAsync(users.Skip(1).Select(user => accounts.AddMember(users[0], group, user)));
        }

        var calls = fixture.EachGroup(fixture.GroupsOfOwner);
        await accounts.SendAllAsync(calls.Select(call => accounts.GetKey(call.Caller, call.Group)));
        await accounts.SendAllAsync(fixture._owners.Select(accounts.GetKeypair));
        return fixture;
    }

    /// <summary>The same access pattern for a small and a large fixture.</summary>
    public Scenario FewGroups(string name) => new(name, _stack, () => ReadsOf(1));

    public Scenario AllGroups(string name) => new(name, _stack, () => ReadsOf(GroupsOfOwner));

    /// <summary>Each call reads the keys of several groups of one owner.</summary>
    public Scenario ManyKeys(string name, int keys) => new(name, _stack, () => ManyKeys(keys))
    {
        Units = Math.Min(keys, GroupsOfOwner),
    };

    public Scenario HotGroup() => new("hot group, ES256K", _stack, () => Reused(AccountCurve.Secp256k1));

    public IEnumerable<Scenario> Scenarios()
    {
        yield return HotGroup();
        yield return new("hot group, ES256", _stack, () => Reused(AccountCurve.P256));
        yield return new("fresh token each, ES256K", _stack, () => FreshOf(AccountCurve.Secp256k1)) { Once = true };
        yield return new("fresh token each, ES256", _stack, () => FreshOf(AccountCurve.P256)) { Once = true };
        yield return new("one owner", _stack, () => [AnyGetKey()]);
        yield return new("cold instance, hot group, ES256K", _stack, () => Reused(AccountCurve.Secp256k1))
        {
            Cold = true,
        };
        yield return new("addMember, 200 groups", _stack, Additions) { Once = true, Adds = true };
        yield return new("addMembers of 90, 200 groups", _stack, ManyAdditions)
        {
            Once = true, Adds = true, Units = MembersACall,
        };
        yield return new("getPublicKey", _stack, () => [.. _owners.Select(Accounts.GetPublicKey)]);
    }

    public Task SendAsync(Request request, Uri origin) => _accounts.SendAllAsync([request], origin);

    public Request AnyGetKey() => _accounts.GetKey(_owners[0], Accounts.GroupOf(_owners[0]));

    private IReadOnlyList<Request> Reused(AccountCurve curve) =>
        _accounts.GetKeys([.. _users[curve].Select(user => (user, NameOfHotGroup(curve)))]);

    private IReadOnlyList<Request> FreshOf(AccountCurve curve) =>
        _accounts.GetKeys(
            [.. Enumerable.Range(0, Fresh).Select(i => (_users[curve][i % Users], NameOfHotGroup(curve)))]);

    private IReadOnlyList<Request> ReadsOf(int groupsOfOwner)
    {
        // An owner has one token for all groups. The calls of an owner are spread as far apart as possible.
        var tokens = _owners.ToDictionary(owner => owner, owner => _accounts.Token(owner, "group.getKey"));
        var calls = EachGroup(groupsOfOwner);
        return [.. calls.Select(call => _accounts.GetKey(call.Caller, call.Group, tokens[call.Caller]))];
    }

    private IReadOnlyList<Request> ManyKeys(int keys)
    {
        // As in ReadsOf.
        var tokens = _owners.ToDictionary(owner => owner, owner => _accounts.Token(owner, "group.getKeys"));
        return
        [
            .. Enumerable.Range(0, Math.Max(1, GroupsOfOwner / keys)).SelectMany(part => _owners.Select(owner =>
                Accounts.GetKeys(
                    Enumerable.Range(part * keys, Math.Min(keys, GroupsOfOwner))
                        .Select(number => Accounts.GroupOf(owner, number)),
                    tokens[owner]))),
        ];
    }

    private IReadOnlyList<Request> Additions()
    {
        var count = Math.Min(Fresh, AdditionsASecond * Fresh / CallsASecond);
        var first = _nextMember;
        _nextMember += count;
        return [.. Enumerable.Range(first, count).AsParallel().AsOrdered().Select(Addition)];

        Request Addition(int i)
        {
            var owner = _owners[i % Users];
            return _accounts.AddMember(owner, Accounts.GroupOf(owner), $"did:web:member{i}.example.com");
        }
    }

    private IReadOnlyList<Request> ManyAdditions()
    {
        var count = Fresh / CallsASecond * ManyAdditionsASecond;
        var first = _nextMember;
        _nextMember += count * MembersACall;
        return [.. Enumerable.Range(0, count).AsParallel().AsOrdered().Select(Addition)];

        Request Addition(int i)
        {
            var owner = _owners[i % Users];
            var members = Enumerable.Range(first + (i * MembersACall), MembersACall);
            return _accounts.AddMembers(
                owner, Accounts.GroupOf(owner), members.Select(member => $"did:web:member{member}.example.com"));
        }
    }

    private IEnumerable<(string Caller, string Group)> EachGroup(int numbers) =>
        Enumerable.Range(0, numbers)
            .SelectMany(number => _owners.Select(owner => (owner, Accounts.GroupOf(owner, number))));

    private string NameOfHotGroup(AccountCurve curve) => Accounts.GroupOf(_users[curve][0]);
}
