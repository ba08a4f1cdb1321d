using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// The clients of one group: its owner on two devices, a delegate and three accounts that come and go as members. Each
/// sends one request at a time to an instance that the seed selects; requests and responses are recorded.
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

    public Task IsHalfDone => _halfDone.Task;

    public static string[] NewAccounts(Api api) =>
        [.. Enumerable.Range(0, FirstMember + Members).Select(_ => api.NewAccount())];

    public async Task<History> RunAsync()
    {
        int[] callers = [Question.Owner, Question.Owner, Delegate, .. Enumerable.Range(FirstMember, Members)];
        await Task.WhenAll(
            callers.Select((caller, client) => AskAsync(caller, new Dice(_seed + ((ulong)client << 32)))));
        return new History(_operations);
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
            if (_changesAtFirst && question.Act != Act.GetKey)
                instance = 0;

            Operation? operation;
            while ((operation = await TryAskAsync(question, instance)) is null)
                instance = (instance + 1) % _instances.Length;
            _operations.Enqueue(operation);
            if (_left <= _half)
                _halfDone.TrySetResult();
        }
    }

    private Question OfOwner(Dice dice) => dice.Below(100) switch
    {
        < 30 => new(Question.Owner, Act.GetKey),
        < 40 => new(Question.Owner, Act.GetKey, Version: 1 + dice.Below(_seen + 1)),
        < 50 => new(Question.Owner, Act.Rotate),
        < 58 => new(Question.Owner, Act.Rotate, Version: _seen),
        < 75 => new(Question.Owner, Act.AddMember, AnyMember(dice)),
        < 86 => new(Question.Owner, Act.RemoveMember, AnyMember(dice)),
        < 90 => new(Question.Owner, Act.RemoveMemberAndRotate, AnyMember(dice)),
        < 97 => new(Question.Owner, Act.AddDelegate, Delegate),
        < 98 => new(Question.Owner, Act.RemoveDelegate, Delegate),
        _ => new(Question.Owner, Act.Delete),
    };

    private Question OfDelegate(Dice dice) => dice.Below(100) switch
    {
        < 10 => new(Delegate, Act.GetKey),
        < 30 => new(Delegate, Act.Rotate),
        < 45 => new(Delegate, Act.Rotate, Version: _seen),
        < 70 => new(Delegate, Act.AddMember, AnyMember(dice)),
        < 90 => new(Delegate, Act.RemoveMember, AnyMember(dice)),
        _ => new(Delegate, Act.RemoveMemberAndRotate, AnyMember(dice)),
    };

    private Question OfMember(int caller, Dice dice) => dice.Below(100) switch
    {
        < 75 => new(caller, Act.GetKey),
        < 90 => new(caller, Act.GetKey, Version: 1 + dice.Below(_seen + 1)),
        < 97 => new(caller, Act.RemoveMember, caller),
        < 98 => new(caller, Act.Delete),
        _ => new(caller, Act.Rotate),
    };

    private static int AnyMember(Dice dice) => FirstMember + dice.Below(Members);

    /// <summary>Null if the connection was refused: no request was sent.</summary>
    private async Task<Operation?> TryAskAsync(Question question, int instance)
    {
        var invoked = Stopwatch.GetTimestamp();
        Answer? answer = null;
        try
        {
            answer = await SendAsync(_instances[instance], question);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            // Interrupted: the request may have succeeded.
        }

        var returned = Stopwatch.GetTimestamp();
        var reply = answer is null ? Reply.Unknown : Read(question, answer);
        if (reply.Version > _seen)
            _seen = reply.Version;
        var key = reply.IsKnown && reply.Error is null && question.Act == Act.GetKey
            ? HashOf(answer!.String("secretKey"))
            : null;
        return new Operation(question, reply, invoked, returned, key, instance + 1);
    }

    private Task<Answer> SendAsync(Api api, Question question)
    {
        var caller = _accounts[question.Caller];
        var target = _accounts[question.Target];
        int? version = question.Version == 0 ? null : question.Version;
        (string, string)[] versions = version is null ? [] : [("version", $"{version}")];
        return question.Act switch
        {
            Act.GetKey => api.GetAsync("group.getKey", caller, [("group_id", _group), .. versions]),
            Act.Rotate =>
                api.PostAsync("group.rotateKey", caller, new { group_id = _group, expected_version = version }),
            Act.AddMember => api.PostAsync("group.addMember", caller, new { group_id = _group, member_did = target }),
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

    private static Reply Read(Question question, Answer answer) => answer.Status switch
    {
        200 when question.Act == Act.GetKey => new(200, Version: answer.Int("version")),
        200 when question.Act == Act.Rotate =>
            new(200, Version: answer.Int("newVersion"), OldVersion: answer.Int("oldVersion")),
        200 when question.Act == Act.RemoveMemberAndRotate => new(200, Version: answer.Int("newVersion")),
        200 => new(200),
        403 or 404 or 409 => new(answer.Status, answer.String("error")),
        503 => Reply.Unknown,
        _ => throw new InvalidOperationException($"{question}: {answer.Status} {answer.Text}"),
    };

    /// <summary>A hash that tells keys apart without recording them.</summary>
    private static string HashOf(string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)).AsSpan(0, 8));
}
