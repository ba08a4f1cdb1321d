using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Perf.Speed;

/// <summary>The accounts and groups that are called for, and what is called.</summary>
internal sealed class Fixture
{
    private const int Users = 200;
    private const int ManyGroups = 20_000;

    /// <summary>Made before a round; 60 s after that they end.</summary>
    private const int FreshTokens = 40_000;

    private readonly Accounts _accounts;
    private readonly Dictionary<AccountCurve, string[]> _users = [];
    private readonly string[] _owners;
    private int _nextMember;

    private Fixture(Accounts accounts)
    {
        _accounts = accounts;
        foreach (var curve in (AccountCurve[])[AccountCurve.Secp256k1, AccountCurve.P256])
            _users[curve] = accounts.Create(Users, curve);
        _owners = _users[AccountCurve.P256];
    }

    private int Fresh { get; init; }

    public static async Task<Fixture> MakeAsync(Accounts accounts, Options options)
    {
        var fixture = new Fixture(accounts) { Fresh = Math.Min(FreshTokens, options.Seconds * 8_000) };
        // One hot group for each curve: the first user owns it, all others are members.
        foreach (var users in fixture._users.Values)
        {
            var group = Accounts.GroupOf(users[0]);
            await accounts.SendAllAsync([accounts.GetKey(users[0], group)]);
            await accounts.SendAllAsync(users.Skip(1).Select(user => accounts.AddMember(users[0], group, user)));
        }

        // A group of his own for each owner; and 20,000 where they are asked for.
        var numbers = options.Wants("20,000") ? ManyGroups / Users : 1;
        await accounts.SendAllAsync(fixture.EachGroup(numbers).Select(call => accounts.GetKey(call.Caller, call.Group)));
        await accounts.SendAllAsync(fixture._owners.Select(Accounts.GetPublicKey));
        return fixture;
    }

    public IEnumerable<Scenario> Scenarios()
    {
        yield return new("hot group, ES256K", () => Reused(AccountCurve.Secp256k1));
        yield return new("hot group, ES256", () => Reused(AccountCurve.P256));
        yield return new("fresh token each, ES256K", () => FreshOf(AccountCurve.Secp256k1), Once: true);
        yield return new("fresh token each, ES256", () => FreshOf(AccountCurve.P256), Once: true);
        yield return new("one owner", () => [AnyGetKey()]);
        yield return new("20,000 groups", ManyReads);
        yield return new("addMember, 200 groups", Additions, Once: true);
        yield return new("getPublicKey", () => [.. _owners.Select(Accounts.GetPublicKey)]);
    }

    public Request AnyGetKey() => _accounts.GetKey(_owners[0], Accounts.GroupOf(_owners[0]));

    /// <summary>The bytes that <c>getKey</c> answers.</summary>
    public async Task<byte[]> AnswerAsync(Uri origin)
    {
        var request = AnyGetKey();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", request.Headers["Authorization"]);
        return await http.GetByteArrayAsync(new Uri(origin, request.Path));
    }

    private IReadOnlyList<Request> Reused(AccountCurve curve) => _accounts.GetKeys([.. _users[curve].Select(user => (user, HotGroup(curve)))]);

    private IReadOnlyList<Request> FreshOf(AccountCurve curve) =>
        _accounts.GetKeys([.. Enumerable.Range(0, Fresh).Select(i => (_users[curve][i % Users], HotGroup(curve)))]);

    private IReadOnlyList<Request> ManyReads()
    {
        // An owner's token serves all his groups; in an order that comes back to an owner late.
        var tokens = _owners.ToDictionary(owner => owner, owner => _accounts.GetKey(owner, "").Headers["Authorization"]["Bearer ".Length..]);
        return [.. EachGroup(ManyGroups / Users).Select(call => _accounts.GetKey(call.Caller, call.Group, tokens[call.Caller]))];
    }

    private IReadOnlyList<Request> Additions()
    {
        var count = Math.Min(Fresh, 2_500 * Fresh / 8_000);
        var first = _nextMember;
        _nextMember += count;
        return [.. Enumerable.Range(first, count).AsParallel().AsOrdered().Select(i =>
            _accounts.AddMember(_owners[i % Users], Accounts.GroupOf(_owners[i % Users]), $"did:web:member{i}.example.com"))];
    }

    private IEnumerable<(string Caller, string Group)> EachGroup(int numbers) =>
        Enumerable.Range(0, numbers).SelectMany(number => _owners.Select(owner => (owner, Accounts.GroupOf(owner, number))));

    private string HotGroup(AccountCurve curve) => Accounts.GroupOf(_users[curve][0]);
}
