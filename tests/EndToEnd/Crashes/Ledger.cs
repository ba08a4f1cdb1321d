using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// What some clients requested and received. Responses are checked against it as they arrive; the <see
/// cref="Verifier"/> checks it against the API at the end. Clients may run concurrently if each fact (a membership, a
/// delegation, whether a group exists) belongs to one of them.
/// </summary>
internal sealed class Ledger
{
    private readonly Lock _lock = new();

    public Dictionary<string, GroupFacts> Groups { get; } = [];

    public Dictionary<string, KeyFacts> Keypairs { get; } = [];

    /// <summary>All accounts, including strangers.</summary>
    public List<string> People { get; } = [];

    public Dictionary<string, Fact> Deletions { get; } = [];

    /// <summary>
    /// The minimum and maximum that a deletion must count, by the responses: keypair versions, groups, memberships,
    /// delegations.
    /// </summary>
    public Dictionary<string, (int[] Least, int[] Most)> Counts { get; } = [];

    public int Unknown { get; private set; }

    /// <summary>Sends a request once.</summary>
    /// <returns>Null if the connection was aborted.</returns>
    public async Task<Answer?> SendAsync(Api api, Request request)
    {
        string? must;
        bool raised;
        lock (_lock)
            (must, raised) = (Must(request), Begin(request));
        Answer? answer = null;
        try
        {
            answer = await request.SendAsync(api);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            // Interrupted: the request may have succeeded. So may a refused one, because the client's retry of a read
            // is refused, too.
        }

        lock (_lock)
            End(request, answer, must, raised);
        return answer;
    }

    /// <summary>A request that must be answered in accordance with the facts.</summary>
    public async Task OkOrRefusedAsync(Api api, Request request)
    {
        var answer = await SendAsync(api, request);
        Assert.True(answer?.Status is 200 or 403 or 404 or 409, $"{request}: {answer?.Status} {answer?.Text}");
    }

    /// <summary>A request that must succeed.</summary>
    public async Task<Answer> OkAsync(Api api, Request request)
    {
        var answer = await SendAsync(api, request);
        Assert.True(answer?.Status == 200, $"{request}: expected 200, got {answer?.Status} {answer?.Text}");
        return answer!;
    }

    public Fact Deletion(string account) => Deletions.GetValueOrDefault(account);

    /// <summary>The account was deleted with its keypair and its groups.</summary>
    public void AccountIsDeleted(string account)
    {
        Deletions[account] = Fact.Yes;
        if (Keypairs.TryGetValue(account, out var keypair))
            keypair.Deleted();
        foreach (var group in Groups.Values)
        {
            if (group.Owner == account)
                group.Deleted();
            else
                group.Members[account] = group.Delegates[account] = Fact.Unknown;
        }
    }

    /// <summary>
    /// The only response that the facts allow, apart from indeterminate ones; null if they allow several.
    /// </summary>
    private string? Must(Request request)
    {
        const string ok = "200", forbidden = "403 Forbidden", conflict = "409 VersionConflict";
        if (request.Method == "account.delete")
            return ok;
        if (Deletion(request.Caller) == Fact.Yes)
            return "403 AccountDeleted";
        if (request.Method == "keypair.rotate")
            return Keypairs[request.Caller] is { Exists: Fact.Yes } keypair ? Expecting(keypair) : null;
        if (request.Group is null || Groups[request.Group] is not { } group || Deletion(request.Caller) == Fact.Unknown)
            return null;

        var isOwner = request.Caller == group.Owner;
        if (group.Keys.Exists == Fact.No && request.Method != "group.getKey")
            return isOwner ? "404 GroupNotFound" : forbidden;
        if (group.Keys.Exists != Fact.Yes)
            return null;
        var member = GroupFacts.Of(group.Members, request.Target ?? request.Caller);
        var right = isOwner ? Fact.Yes : GroupFacts.Of(group.Delegates, request.Caller);
        var isItself = request.Caller == request.Target;
        switch (request.Method)
        {
            case "group.getKey" when !isOwner && request.Version is null:
                return member switch { Fact.Yes => ok, Fact.No => forbidden, _ => null };
            case "group.removeMember" when isItself && !request.Rotate && right == Fact.No:
                return member switch { Fact.Yes => ok, Fact.No => forbidden, _ => null };
            case "group.removeDelegate" when !isOwner && isItself:
                return right switch { Fact.Yes => ok, Fact.No => forbidden, _ => null };
            case "group.getKey":
                return null;
        }

        if (right != Fact.Yes)
            return right == Fact.No ? forbidden : null;
        return (request.Method, member, GroupFacts.Of(group.Delegates, request.Target ?? "")) switch
        {
            ("group.addMember", Fact.No, _) => GroupFacts.Of(group.Departed, request.Target!) switch
            {
                Fact.Yes => "409 MemberUnavailable",
                Fact.No => ok,
                _ => null,
            },
            ("group.addMember", Fact.Yes, _) => "409 MemberAlreadyExists",
            ("group.addMembers" or "group.removeMembers", Fact.Yes or Fact.No, _) => ok,
            ("group.removeMember", Fact.Yes, _) => ok,
            ("group.removeMember", Fact.No, _) => "404 MemberNotFound",
            ("group.removeDelegate", _, Fact.Yes) => ok,
            ("group.removeDelegate", _, Fact.No) => "404 DelegateNotFound",
            ("group.addDelegate" or "group.delete", _, _) => ok,
            ("group.rotateKey", _, _) => Expecting(group.Keys),
            _ => null,
        };

        string? Expecting(KeyFacts keys) =>
            request.Version is null ? ok : keys.Low != keys.High ? null : keys.Low == request.Version ? ok : conflict;
    }

    /// <summary>Counts the possible effects of the request; true if it may create a version.</summary>
    private bool Begin(Request request)
    {
        if (request.Group is { } id && ActionOf(request) is { } action)
            Count(Groups[id], action, request, answered: 0, begun: 1);
        if (request.Method == "account.delete")
            Counts.TryAdd(
                request.Caller, (CountsOf(request.Caller, isMost: false), CountsOf(request.Caller, isMost: true)));
        var creates = request.IsRead && request.Version is null && KeysOf(request) is { Exists: not Fact.Yes }
            && (request.Group is null || request.Caller == Groups[request.Group].Owner);
        if (!creates && !request.IsRotation)
            return false;
        KeysOf(request)!.High++;
        return true;
    }

    /// <summary>The request had no effect.</summary>
    private void Refused(Request request, bool raised)
    {
        if (request.Group is { } id && ActionOf(request) is { } action)
            Count(Groups[id], action, request, answered: 0, begun: -1);
        if (raised)
            KeysOf(request)!.High--;
    }

    private void End(Request request, Answer? answer, string? must, bool raised)
    {
        if (answer is null or { Status: 503 })
        {
            Unknown++;
            Note(request, Fact.Unknown);
            return;
        }

        var got = answer.Status == 200 ? "200" : $"{answer.Status} {answer.String("error")}";
        Assert.True(got == (must ?? got), $"{request}: expected {must}, got {got}");
        Assert.True(answer.Status is 200 or 403 or 404 or 409, $"{request}: {answer.Status} {answer.Text}");
        if (answer.Status != 200 || IsUnchanged(answer))
        {
            Refused(request, raised);
            return;
        }

        if (request.Group is { } id && ActionOf(request) is { } action)
            Count(Groups[id], action, request, answered: 1, begun: 0);
        if (request.IsRead)
            Read(request, answer, raised);
        if (request.IsRotation)
            Rotated(KeysOf(request)!, answer);
        Note(request, Fact.Yes);
        if (request.Method == "account.delete" && answer.String("status") == "deleted")
            IsComplete(request.Caller, answer);
    }

    /// <summary>Whether a change of several members changed nothing, since it was made before.</summary>
    private static bool IsUnchanged(Answer answer)
    {
        if (!answer.Json.TryGetProperty("members", out var members))
            return false;
        // All or none.
        var status = Assert.Single(
            members.EnumerateArray().Select(member => member.GetProperty("status").GetString()).Distinct());
        return status == "unchanged";
    }

    private void Read(Request request, Answer answer, bool raised)
    {
        var keys = KeysOf(request)!;
        var version = answer.Int("version");
        if (raised && version < keys.High)
            keys.High--;
        if (request.Group is not null)
            keys.Returned(request.Caller, version, answer.String("secretKey"));
        else if (request.Method == "keypair.getKeypair")
            keys.Returned(request.Caller, version, $"{answer.String("publicKey")} {answer.String("privateKey")}");
        else
            keys.Low = Math.Max(keys.Low, version);
    }

    private static void Rotated(KeyFacts keys, Answer answer)
    {
        var version = answer.Int("newVersion");
        Assert.True(version <= keys.High, $"version {version} was created, but at most {keys.High} can exist");
        Assert.True(keys.Made.Add(version), $"version {version} was created twice");
        keys.Low = Math.Max(keys.Low, version);
    }

    /// <summary>The requested change happened or may have happened.</summary>
    private void Note(Request request, Fact done)
    {
        var group = request.Group is null ? null : Groups[request.Group];
        switch (request.Method)
        {
            case "group.addMember" or "group.addMembers":
                foreach (var target in request.Targets)
                {
                    group!.Members[target!] = done;
                    if (done == Fact.Yes)
                        group.Departed.Remove(target!);
                }

                break;
            case "group.removeMember" or "group.removeMembers":
                foreach (var target in request.Targets)
                    group!.Members[target!] = Opposite(done);
                if (request.Companion is not null)
                    break;
                if (request.Caller == request.Target && GroupFacts.Of(group!.Departed, request.Target) != Fact.Yes)
                    group.Departed[request.Target] = done;
                break;
            case "group.addDelegate":
                group!.Delegates[request.Target!] = done;
                break;
            case "group.removeDelegate":
                group!.Delegates[request.Target!] = Opposite(done);
                break;
            case "group.delete" when done == Fact.Yes:
                group!.Deleted();
                break;
            case "group.delete":
                group!.MayBeDeleted();
                break;
            case "account.delete" when done == Fact.Yes:
                AccountIsDeleted(request.Caller);
                break;
            case "account.delete" when Deletion(request.Caller) == Fact.No:
                Deletions[request.Caller] = Fact.Unknown;
                break;
            case "group.getKey" or "keypair.getKeypair" or "keypair.getPublicKey"
                when request.Version is null
                    && (group is null || request.Caller == group.Owner)
                    && KeysOf(request) is { Exists: not Fact.Yes } made:
                made.Exists = done;
                break;
        }
    }

    private void IsComplete(string account, Answer answer)
    {
        foreach (var group in Groups.Values.Where(group => group.Owner != account))
            group.Members[account] = group.Delegates[account] = Fact.No;
        var counts = answer.Json.GetProperty("deleted");
        string[] members = ["keypairVersions", "groups", "memberships", "delegations"];
        var (least, most) = Counts[account];
        foreach (var (index, member) in members.Index())
            Assert.InRange(counts.GetProperty(member).GetInt32(), least[index], most[index]);
    }

    private int[] CountsOf(string account, bool isMost)
    {
        return
        [
            isMost ? Keypairs[account].High : Keypairs[account].Low,
            Groups.Values.Count(group => group.Owner == account && Counts(group.Keys.Exists)),
            Groups.Values.Count(group => Counts(GroupFacts.Of(group.Members, account))),
            Groups.Values.Count(group => Counts(GroupFacts.Of(group.Delegates, account))),
        ];

        bool Counts(Fact fact) => fact == Fact.Yes || (isMost && fact == Fact.Unknown);
    }

    private KeyFacts? KeysOf(Request request) =>
        request.Group is { } id ? Groups[id].Keys : Keypairs.GetValueOrDefault(request.Target ?? request.Caller);

    private static void Count(GroupFacts group, string action, Request request, int answered, int begun)
    {
        foreach (var target in request.Targets)
        {
            var key = (action, request.Caller, target);
            var (oldAnswered, oldBegun) = group.Changes.GetValueOrDefault(key);
            group.Changes[key] = (oldAnswered + answered, oldBegun + begun);
        }
    }

    /// <summary>The name in the access log.</summary>
    private static string? ActionOf(Request request) => request.Method switch
    {
        "group.addMember" or "group.addMembers" => "add_member",
        "group.removeMember" or "group.removeMembers" => "remove_member",
        "group.addDelegate" => "add_delegate",
        "group.removeDelegate" => "remove_delegate",
        "group.delete" => "delete",
        _ => null,
    };

    private static Fact Opposite(Fact fact) => fact == Fact.Yes ? Fact.No : fact;
}
