using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>
/// Accounts and groups of one wave of faults, created by the reference instance: one group for all queries, one for
/// each change. The instance under test has not cached any of them.
/// </summary>
internal sealed class World(Api truth, Func<string> newAccount)
{
    private readonly ConcurrentDictionary<string, string> _keys = new();
    private readonly string _reader = newAccount();
    private readonly string _owner = newAccount();
    private readonly string _rotator = newAccount();
    private readonly string _leaver = newAccount();
    private readonly string _newcomer = newAccount();
    private readonly string _founder = newAccount();
    private readonly string _asked = newAccount();
    private readonly string _member = newAccount();
    private readonly string _delegate = newAccount();
    private readonly string _target = newAccount();
    private readonly string _stranger = newAccount();

    private string Read => $"{_reader}#read";

    public async Task<IReadOnlyList<Cell>> BuildAsync()
    {
        string[] changed =
        [
            "rotate", "add", "addmany", "added", "remove", "removemany", "removed", "leave", "give", "take", "delete",
        ];
        await Task.WhenAll(
            MakeAsync(_reader, Read, member: true, @delegate: true),
            MakeAsync(_leaver, $"{_leaver}#mine", member: true, @delegate: false),
            Task.WhenAll(changed.Select(name => MakeAsync(
                _owner, Group(name), member: name is "remove" or "removemany" or "removed" or "leave",
                @delegate: name is "added" or "take"))));
        foreach (var account in (string[])[_reader, _rotator, _leaver])
            (await TruthAsync("keypair.getKeypair", account)).Ok();
        Cell[] cells = [.. Anyone(), .. Queries(), .. Creations(), .. Changes(), .. Timer()];
        var missing = XrpcMethods.All.Select(method => method.Nsid[Api.A.Length..])
            .Except(cells.Select(cell => cell.Name.Split(' ', ',')[0]));
        Assert.True(!missing.Any(), $"No cell calls {string.Join(", ", missing)}.");
        return cells;
    }

    /// <summary>Makes an instance cache everything.</summary>
    public async Task WarmAsync(Api api)
    {
        string[] accounts = [_reader, _owner, _rotator, _leaver, _member, _delegate, _stranger, _newcomer, _founder];
        await Task.WhenAll(accounts.Select(account => api.GetAsync("keypair.listVersions", account)));
        await Task.WhenAll(
            api.GetAsync("group.getKey", _reader, ("group_id", Read)),
            api.GetAsync("group.getKey", _member, ("group_id", Read)),
            api.GetAsync("group.listMembers", _delegate, ("group_id", Read)),
            api.GetAsync("group.listKeyVersions", _owner, ("group_id", Group("rotate"))),
            api.GetAsync("keypair.getPublicKey", null, ("did", _reader)));
    }

    private static IEnumerable<Cell> Anyone()
    {
        yield return new("/", api => PlainAsync(api, "/")) { IsIndependent = true, IsFixed = true };
        yield return new(
            "did.json", api => PlainAsync(api, "/.well-known/did.json")) { IsIndependent = true, IsFixed = true };
        yield return new("_health", api => PlainAsync(api, "/xrpc/_health")) { IsHealth = true };
        yield return new("server.describeServer",
            api => api.GetAsync("server.describeServer", null)) { IsIndependent = true, IsFixed = true };
    }

    private IEnumerable<Cell> Queries()
    {
        yield return Query("keypair.getPublicKey", null, ("did", _reader));
        yield return Query("keypair.getKeypair", _reader);
        yield return Query("keypair.listVersions", _reader);
        yield return Query("keypair.getAccessLog", _reader) with { IsFixed = false };
        yield return Query("group.getKey", _reader, ("group_id", Read));
        yield return Query("group.getKey", _reader, ("group_id", Read), ("version", "1"));
        yield return Query("group.getKey", _member, ("group_id", Read)) with { Name = "group.getKey of a member" };
        yield return Query(
            "group.getKey", _stranger, ("group_id", Read)) with { Name = "group.getKey of a stranger", Status = 403 };
        yield return Query("group.getKeys", _reader, ("keys", Read), ("keys", $"{Read}@1")) with { HasEntries = true };
        yield return Query("group.getKeys", _stranger, ("keys", Read)) with
        {
            Name = "group.getKeys of a stranger",
            HasEntries = true,
        };
        yield return Query("group.listKeyVersions", _reader, ("group_id", Read));
        yield return Query("group.listMembers", _reader, ("group_id", Read));
        yield return Query(
            "group.listMembers", _delegate, ("group_id", Read)) with { Name = "group.listMembers of a delegate" };
        yield return Query("group.listGroups", _reader);
        yield return Query("group.listDelegates", _reader, ("group_id", Read));
        yield return Query("group.getAccessLog", _reader, ("group_id", Read)) with { IsFixed = false };
        yield return Query("account.export", _reader) with { IsFixed = false, IsStream = true };
    }

    private IEnumerable<Cell> Creations()
    {
        var founded = $"{_founder}#new";
        yield return new(
            "group.getKey of a new group", api => api.GetAsync("group.getKey", _founder, ("group_id", founded)))
        {
            State = () => GroupAsync(_founder, founded),
            After = _ => "versions 1, key, members , delegates ",
        };
        yield return new("keypair.getKeypair of a new account", api => api.GetAsync("keypair.getKeypair", _newcomer))
        {
            State = () => KeypairAsync(_newcomer),
            After = _ => "versions 1, key",
        };
        yield return new(
            "keypair.getPublicKey of a new account", api => api.GetAsync("keypair.getPublicKey", null, ("did", _asked)))
        {
            State = () => KeypairAsync(_asked),
            After = _ => "versions 1, key",
        };
    }

    private IEnumerable<Cell> Changes()
    {
        yield return new("keypair.rotate", api => api.PostAsync("keypair.rotate", _rotator, null))
        {
            State = () => KeypairAsync(_rotator),
            After = before => before.Replace("versions 1", "versions 2", StringComparison.Ordinal),
        };
        yield return Change("group.rotateKey", "rotate", _owner, Rotated);
        yield return Change("group.addMember", "add", _owner, Added);
        yield return Change(
            "group.addMember", "added", _delegate, Added) with { Name = "group.addMember by a delegate" };
        yield return Change("group.addMembers", "addmany", _owner, Added);
        yield return Change("group.removeMembers", "removemany", _owner, Removed);
        yield return Change("group.removeMember", "remove", _owner, Removed);
        yield return Change(
            "group.removeMember", "removed", _owner, before => Removed(Rotated(before)), rotate: true) with
        {
            Name = "group.removeMember and rotate",
        };
        yield return Change(
            "group.removeMember", "leave", _member, Removed) with { Name = "group.removeMember of oneself" };
        yield return Change("group.addDelegate", "give", _owner, before => before + _target);
        yield return Change(
            "group.removeDelegate", "take", _owner, before => before.Replace(_delegate, "", StringComparison.Ordinal));
        yield return Change("group.delete", "delete", _owner, _ => "none");
        yield return new("account.delete",
            api => api.PostAsync("account.delete", _leaver, new { confirmation = "DELETE_ALL_MY_DATA" }))
        {
            State = () => KeypairAsync(_leaver),
            After = _ => "none",
        };
    }

    /// <summary>Failures are not reported; the app must keep working.</summary>
    private static IEnumerable<Cell> Timer() =>
        new[] { "DrainEvents", "FinishDeletions", "DropOldTables", "RewrapKeyring", "ContinueRotations" }.Select(
            function => new Cell(function, async api =>
        {
            using var run = new HttpRequestMessage(HttpMethod.Post, $"/admin/functions/{function}")
            {
                Content = new StringContent("{\"input\":\"\"}", null, "application/json"),
            };
            return await api.SendAsync(run);
        }) { Status = 202, IsIndependent = true });

    private string Group(string name) => $"{_owner}#{name}";

    private static string Rotated(string before) =>
        before.Replace("versions 1", "versions 2", StringComparison.Ordinal);

    private string Added(string before) => before.Replace("members ", $"members {_target}", StringComparison.Ordinal);

    private string Removed(string before) => before.Replace(_member, "", StringComparison.Ordinal);

    private static Cell Query(string method, string? caller, params (string, string)[] parameters) =>
        new(method, api => api.GetAsync(method, caller, parameters)) { IsFixed = true };

    private Cell Change(string method, string name, string caller, Func<string, string> after, bool? rotate = null)
    {
        // The removed or added account and its group; the method ignores unknown members.
        var did = method is "group.removeMember" or "group.removeMembers" ? _member : _target;
        var body = new
        {
            group_id = Group(name),
            member_did = did,
            member_dids = new[] { did },
            delegate_did = name == "take" ? _delegate : _target,
            permissions = new[] { "add_member" },
            rotate = rotate ?? false,
        };
        return new(method, api => api.PostAsync(method, caller, body)) { State = () => GroupAsync(_owner, Group(name)),
            After = after };
    }

    private async Task MakeAsync(string owner, string group, bool member, bool @delegate)
    {
        (await TruthAsync("group.getKey", owner, ("group_id", group))).Ok();
        if (member)
            (await truth.PostAsync("group.addMember", owner, new { group_id = group, member_did = _member })).Ok();
        if (@delegate)
        {
            var rights = new { group_id = group, delegate_did = _delegate, permissions = new[] { "add_member" } };
            (await truth.PostAsync("group.addDelegate", owner, rights)).Ok();
        }
    }

    /// <summary>The reference state of a group. Its first key is shown as "key" as long as it is unchanged.</summary>
    private async Task<string> GroupAsync(string owner, string group)
    {
        (string, string) id = ("group_id", group);
        var versions = await TruthAsync("group.listKeyVersions", owner, id);
        if (versions.Status is 404 or 403)
            return "none";
        var key = TruthAsync("group.getKey", owner, id, ("version", "1"));
        var members = TruthAsync("group.listMembers", owner, id);
        var delegates = TruthAsync("group.listDelegates", owner, id);
        await Task.WhenAll(key, members, delegates);
        return $"versions {Count(versions)}, {Remember(group, (await key).Ok().String("secretKey"))}, "
            + $"members {Dids(await members, "members")}, delegates {Dids(await delegates, "delegates")}";
    }

    private async Task<string> KeypairAsync(string account)
    {
        var versions = await TruthAsync("keypair.listVersions", account);
        if (versions.Status == 403 || versions.Ok().Json.GetProperty("versions").GetArrayLength() == 0)
            return "none";
        var key = (await TruthAsync("keypair.getKeypair", account, ("version", "1"))).Ok();
        return $"versions {Count(versions)}, {Remember(account, key.String("privateKey"))}";
    }

    private string Remember(string of, string key) => _keys.GetOrAdd(of, key) == key ? "key" : "ANOTHER KEY";

    /// <summary>The reference state, however busy the machine is.</summary>
    private async Task<Answer> TruthAsync(string method, string caller, params (string, string)[] parameters)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await truth.GetAsync(method, caller, parameters);
            if (answer.Status != 503 || attempt == 5)
                return answer;
        }
    }

    /// <summary>Only one version may be active: another list is another state.</summary>
    private static string Count(Answer answer)
    {
        var versions = answer.Ok().Json.GetProperty("versions").EnumerateArray().ToList();
        var active = versions.Count(version => version.GetProperty("status").GetString() == "active");
        return active == 1
            ? versions.Count.ToString(CultureInfo.InvariantCulture)
            : $"{versions.Count} with {active} active";
    }

    private static string Dids(Answer answer, string list) =>
        string.Join(' ', answer.Ok().Json.GetProperty(list).EnumerateArray()
            .Select(entry => entry.GetProperty("did").GetString()).Order());

    private static async Task<Answer> PlainAsync(Api api, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await api.SendAsync(request);
    }
}
