using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// The clients of one group: its owner on two devices, a delegate and three accounts that come and go as members. Each
/// sends one request at a time to an instance that the seed selects; requests and responses are recorded. A
/// <c>group.getKeys</c> call is one operation per key, each in the history of its group.
/// </summary>
internal sealed class GroupClients
{
    private const int Delegate = 1;
    private const int FirstMember = 2;
    private const int Members = 3;

    private readonly Api[] _instances;
    private readonly bool _changesAtFirst;
    private readonly ulong _seed;
    private readonly string[] _accounts;
    private readonly string _group;
    private readonly ConcurrentQueue<Operation> _operations = new();
    private readonly TaskCompletionSource _halfDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _half;
    private int _left;
    private int _seen = 1;

    /// <param name="instances">The instances to call.</param>
    /// <param name="accounts">
    /// The accounts, from <see cref="NewAccounts"/>; they may be used in other groups concurrently.
    /// </param>
    /// <param name="name">The name of the group.</param>
    /// <param name="seed">Selects the requests, their order and the instances.</param>
    /// <param name="operations">The number of operations.</param>
    /// <param name="changesAtFirst">Changes go to the first instance only.</param>
    public GroupClients(
        Api[] instances, string[] accounts, string name, ulong seed, int operations, bool changesAtFirst)
    {
        _instances = instances;
        _seed = seed;
        _left = operations;
        _half = operations / 2;
        _changesAtFirst = changesAtFirst;
        _accounts = accounts;
        _group = $"{accounts[Question.Owner]}#{name}";
    }

    /// <summary>The clients of all groups of these accounts; the keys of these groups are read together.</summary>
    public IReadOnlyList<GroupClients> Round { get; set; } = [];

    /// <summary>Complete when all clients of the round have ended.</summary>
    public History History => new(_operations);

    public Task IsHalfDone => _halfDone.Task;

    public static string[] NewAccounts(Api api) =>
        [.. Enumerable.Range(0, FirstMember + Members).Select(_ => api.NewAccount())];

    public Task RunAsync()
    {
        int[] callers = [Question.Owner, Question.Owner, Delegate, .. Enumerable.Range(FirstMember, Members)];
        return Task.WhenAll(
            callers.Select((caller, client) => AskAsync(caller, new Dice(_seed + ((ulong)client << 32)))));
    }

    private async Task AskAsync(int caller, Dice dice)
    {
        while (Interlocked.Decrement(ref _left) >= 0)
        {
            var question = caller switch
            {
                Question.Owner => OfOwner(dice),
                Delegate => OfDelegate(dice),
                _ => OfMember(caller, dice),
            };
            var instance = dice.Below(_instances.Length);
            if (_changesAtFirst && question.Act is not (Act.GetKey or Act.GetKeys))
                instance = 0;

            var keys = question.Act == Act.GetKeys ? KeysOf(question, dice) : [];
            while (!await TryAskAsync(question, keys, instance))
                instance = (instance + 1) % _instances.Length;
            if (_left <= _half)
                _halfDone.TrySetResult();
        }
    }

    private Question OfOwner(Dice dice) => dice.Below(100) switch
    {
        < 20 => new(Question.Owner, Act.GetKey),
        < 28 => new(Question.Owner, Act.GetKey, Version: AnyVersion(dice)),
        < 36 => new(Question.Owner, Act.GetKeys),
        < 44 => new(Question.Owner, Act.Rotate),
        < 50 => new(Question.Owner, Act.Rotate, Version: _seen),
        < 60 => new(Question.Owner, Act.AddMember, AnyMember(dice)),
        < 74 => new(Question.Owner, Act.AddMembers, Targets: AnyMembers(dice)),
        < 80 => new(Question.Owner, Act.RemoveMember, AnyMember(dice)),
        < 86 => new(Question.Owner, Act.RemoveMembers, Targets: AnyMembers(dice)),
        < 88 => new(Question.Owner, Act.RemoveMemberAndRotate, AnyMember(dice)),
        < 90 => new(Question.Owner, Act.RemoveMembersAndRotate, Targets: AnyMembers(dice)),
        < 97 => new(Question.Owner, Act.AddDelegate, Delegate),
        < 98 => new(Question.Owner, Act.RemoveDelegate, Delegate),
        _ => new(Question.Owner, Act.Delete),
    };

    private Question OfDelegate(Dice dice) => dice.Below(100) switch
    {
        < 6 => new(Delegate, Act.GetKey),
        < 10 => new(Delegate, Act.GetKeys),
        < 26 => new(Delegate, Act.Rotate),
        < 40 => new(Delegate, Act.Rotate, Version: _seen),
        < 54 => new(Delegate, Act.AddMember, AnyMember(dice)),
        < 70 => new(Delegate, Act.AddMembers, Targets: AnyMembers(dice)),
        < 80 => new(Delegate, Act.RemoveMember, AnyMember(dice)),
        < 90 => new(Delegate, Act.RemoveMembers, Targets: AnyMembers(dice)),
        < 95 => new(Delegate, Act.RemoveMemberAndRotate, AnyMember(dice)),
        _ => new(Delegate, Act.RemoveMembersAndRotate, Targets: AnyMembers(dice)),
    };

    private Question OfMember(int caller, Dice dice) => dice.Below(100) switch
    {
        < 50 => new(caller, Act.GetKey),
        < 62 => new(caller, Act.GetKey, Version: AnyVersion(dice)),
        < 90 => new(caller, Act.GetKeys),
        < 93 => new(caller, Act.RemoveMember, caller),
        < 96 => new(caller, Act.RemoveMembers, Targets: 1u << caller),
        < 97 => new(caller, Act.RemoveMembers, Targets: 1u << caller | AnyMembers(dice)),
        < 98 => new(caller, Act.AddMembers, Targets: AnyMembers(dice)),
        < 99 => new(caller, Act.Delete),
        _ => new(caller, Act.Rotate),
    };

    private static int AnyMember(Dice dice) => FirstMember + dice.Below(Members);

    /// <summary>A set that is not empty.</summary>
    private static uint AnyMembers(Dice dice) => (1u + (uint)dice.Below((1 << Members) - 1)) << FirstMember;

    /// <summary>The active key and a version of this group, and keys of other groups.</summary>
    private List<(GroupClients Group, Question Question)> KeysOf(Question question, Dice dice)
    {
        List<(GroupClients, Question)> keys = [(this, question), (this, question with { Version = AnyVersion(dice) })];
        foreach (var other in Round.Where(other => other != this && dice.Below(2) == 0))
            keys.Add((other, question with { Version = dice.Below(2) * other.AnyVersion(dice) }));
        return keys;
    }

    private int AnyVersion(Dice dice) => 1 + dice.Below(_seen + 1);

    /// <summary>False if the connection was refused: no request was sent.</summary>
    private async Task<bool> TryAskAsync(
        Question question, List<(GroupClients Group, Question Question)> keys, int instance)
    {
        var invoked = Stopwatch.GetTimestamp();
        Answer? answer = null;
        try
        {
            answer = await SendAsync(_instances[instance], question, keys);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return false;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            // Interrupted: the request may have succeeded.
        }

        var returned = Stopwatch.GetTimestamp();
        if (question.Act == Act.GetKeys)
        {
            var entries = answer is { Status: not 503 }
                ? Responses.EntriesOf(answer, keys.Select(key => key.Group._group))
                : [];
            // Each returns at another time, so that a violation names one of them.
            foreach (var ((group, asked), entry) in keys.Zip(entries))
                group.Record(
                    new(asked, Responses.ReadEntry(entry), invoked, returned++, Instance: instance + 1), entry);
        }
        else
        {
            var reply = answer is null ? Reply.Unknown : Responses.Read(question, answer, _accounts);
            Record(
                new(question, reply, invoked, returned, Instance: instance + 1),
                reply.Status == 200 ? answer!.Json : default);
        }

        return true;
    }

    /// <param name="operation">The operation, without the key.</param>
    /// <param name="json">A response that contains a key if the operation has read one.</param>
    private void Record(Operation operation, JsonElement json)
    {
        var reply = operation.Reply;
        if (reply.Version > _seen)
            _seen = reply.Version;
        var hasKey = reply is { Status: 200 } && operation.Question.Act is Act.GetKey or Act.GetKeys;
        _operations.Enqueue(hasKey ? operation with { Key = Responses.HashOfKey(json) } : operation);
    }

    private Task<Answer> SendAsync(
        Api api, Question question, List<(GroupClients Group, Question Question)> keys)
    {
        var caller = _accounts[question.Caller];
        var target = _accounts[question.Target];
        int? version = question.Version == 0 ? null : question.Version;
        (string, string)[] versions = version is null ? [] : [("version", $"{version}")];
        return question.Act switch
        {
            Act.GetKey => api.GetAsync("group.getKey", caller, [("group_id", _group), .. versions]),
            Act.GetKeys => api.GetAsync(
                "group.getKeys", caller, [.. keys.Select(key => ("keys", NameOf(key.Group, key.Question)))]),
            Act.Rotate =>
                api.PostAsync("group.rotateKey", caller, new { group_id = _group, expected_version = version }),
            Act.AddMember => api.PostAsync("group.addMember", caller, new { group_id = _group, member_did = target }),
            Act.AddMembers => api.PostAsync(
                "group.addMembers", caller, new { group_id = _group, member_dids = DidsOf(question.Targets) }),
            Act.RemoveMembers or Act.RemoveMembersAndRotate => api.PostAsync("group.removeMembers", caller, new
            {
                group_id = _group,
                member_dids = DidsOf(question.Targets),
                rotate = question.Act == Act.RemoveMembersAndRotate,
            }),
            Act.RemoveMember =>
                api.PostAsync("group.removeMember", caller, new { group_id = _group, member_did = target }),
            Act.RemoveMemberAndRotate => api.PostAsync(
                "group.removeMember", caller, new { group_id = _group, member_did = target, rotate = true }),
            Act.AddDelegate => api.PostAsync("group.addDelegate", caller, new
            {
                group_id = _group,
                delegate_did = target,
                permissions = new[] { "add_member", "remove_member", "rotate_key" },
            }),
            Act.RemoveDelegate =>
                api.PostAsync("group.removeDelegate", caller, new { group_id = _group, delegate_did = target }),
            Act.Delete => api.PostAsync("group.delete", caller, new { group_id = _group }),
            _ => throw new ArgumentOutOfRangeException(nameof(question)),
        };
    }

    private static string NameOf(GroupClients group, Question question) => question.Version == 0
        ? group._group
        : string.Create(CultureInfo.InvariantCulture, $"{group._group}@{question.Version}");

    private IEnumerable<string> DidsOf(uint accounts) =>
        _accounts.Where((_, account) => Accounts.Has(accounts, account));
}
