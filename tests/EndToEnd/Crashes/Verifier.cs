using System.Diagnostics;
using System.Text.Json;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// Checks what the API returns to owner, members, delegates and strangers against what clients were told before, and
/// for consistency. It knows nothing of the storage. Afterwards no fact is uncertain, so it must run when no call is in
/// progress.
/// </summary>
internal sealed class Verifier(Api api, Ledger ledger)
{
    private static int _checks;

    /// <summary>How many falsifiable statements were checked in this process.</summary>
    public static int Checks => _checks;

    public async Task VerifyAsync()
    {
        foreach (var person in ledger.Deletions.Keys.ToList())
            await VerifyDeletionAsync(person);
        foreach (var (person, keypair) in ledger.Keypairs.Where(
            found => found.Value.High > 0 && ledger.Deletion(found.Key) == Fact.No))
            await VerifyKeypairAsync(person, keypair);
        foreach (var group in ledger.Groups.Values)
        {
            if (ledger.Deletion(group.Owner) == Fact.Yes || !await ExistsAsync(group))
            {
                await VerifyNoAccessAsync(group);
                continue;
            }

            var active = await VerifyVersionsAsync(group);
            var (members, delegates) = (await MembersAsync(group), await DelegatesAsync(group));
            foreach (var person in ledger.People.Where(
                person => person != group.Owner && ledger.Deletion(person) == Fact.No))
                await VerifyRolesAsync(group, person, members.Contains(person), delegates.Contains(person));
            await VerifyListedRolesAsync(group, group.Owner, ["owner"]);
            await VerifyLogAsync(group, active, members, delegates);
        }
    }

    /// <summary>
    /// An account was deleted completely or not at all: all its calls are refused, and it has no public key.
    /// </summary>
    private async Task VerifyDeletionAsync(string person)
    {
        var answer = await api.GetAsync("keypair.listVersions", person);
        Holds(answer.Status is 200 or 403, $"the response for {person} is {answer.Status} {answer.Text}");
        var isDeleted = answer.Status == 403;
        Agrees(ledger.Deletion(person), isDeleted, $"{person} is deleted");
        if (!isDeleted)
        {
            ledger.Deletions[person] = Fact.No;
            return;
        }

        if (ledger.Deletion(person) != Fact.Yes)
            ledger.AccountIsDeleted(person);
        answer.Is(403, "AccountDeleted");
        Counted((await api.GetAsync("keypair.getKeypair", person)).Is(403, "AccountDeleted"));
        Counted((await api.GetAsync("group.listGroups", person)).Is(403, "AccountDeleted"));
        await HasNoPublicKeyAsync(("did", person));
        await HasNoPublicKeyAsync(("did", person), ("version", "1"));
    }

    /// <summary>An instance may use cached data for ten seconds.</summary>
    private async Task HasNoPublicKeyAsync(params (string, string)[] parameters)
    {
        var since = Stopwatch.GetTimestamp();
        Answer answer;
        while ((answer = await api.GetAsync("keypair.getPublicKey", null, parameters)).Status == 200
            && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(11))
            await Task.Delay(200);
        Counted(answer.Is(404, "KeyVersionNotFound"));
    }

    /// <summary>
    /// Every version that was returned still exists unchanged; one is active; the log has each creation once, and each
    /// read.
    /// </summary>
    private async Task VerifyKeypairAsync(string person, KeyFacts known)
    {
        var versions = (await api.GetAsync("keypair.listVersions", person)).Ok().Json.GetProperty("versions");
        Agrees(known.Exists, versions.GetArrayLength() > 0, $"{person} has a keypair");
        if (versions.GetArrayLength() == 0)
        {
            Counted((await api.GetAsync("keypair.getKeypair", person, ("version", "1"))).Is(404, "KeyVersionNotFound"));
            Settle(known, Fact.No, known.Low);
            return;
        }

        var active = OneIsActive(versions, known);
        var latest = await ReadAsync(new Request("keypair.getKeypair", person));
        Holds(latest.Int("version") == active, "the newest version of the keypair is the active one");
        var keys = await Task.WhenAll(Numbers(versions).Select(
            version => ReadAsync(new Request("keypair.getKeypair", person, Version: version))));
        Holds(keys.Select(key => key.String("privateKey")).Distinct().Count() == active,
            "all versions have different keys");
        foreach (var key in keys)
        {
            var version = key.Int("version");
            var published =
                (await api.GetAsync("keypair.getPublicKey", null, ("did", person), ("version", $"{version}"))).Ok();
            Holds(published.String("publicKey") == key.String("publicKey"),
                $"version {version} is published unchanged");
        }

        Settle(known, Fact.Yes, active);
        var log = await LogAsync("keypair.getAccessLog", person);
        VerifyCreations(log, active);
        VerifyReads(log, known);
    }

    private async Task<bool> ExistsAsync(GroupFacts group)
    {
        var answer = await api.GetAsync("group.listKeyVersions", group.Owner, ("group_id", group.Id));
        Agrees(group.Keys.Exists, answer.Status == 200, $"{group.Id} exists ({answer.Status} {answer.Text})");
        if (answer.Status == 200)
            return true;
        answer.Is(404, "GroupNotFound");
        group.Deleted();
        return false;
    }

    /// <summary>A deleted group is gone for everybody, and so is a group of a deleted account.</summary>
    private async Task VerifyNoAccessAsync(GroupFacts group)
    {
        foreach (var person in ledger.People.Where(person => ledger.Deletion(person) == Fact.No))
        {
            var (status, error) = person == group.Owner ? (404, "GroupNotFound") : (403, "Forbidden");
            Counted((await api.GetAsync("group.getKey", person, ("group_id", group.Id), ("version", "1")))
                .Is(status, error));
            Counted((await api.GetAsync("group.listKeyVersions", person, ("group_id", group.Id))).Is(status, error));
            if (person != group.Owner)
                Counted((await api.GetAsync("group.getKey", person, ("group_id", group.Id))).Is(status, error));
            await VerifyListedRolesAsync(group, person, []);
        }
    }

    /// <returns>The active version.</returns>
    private async Task<int> VerifyVersionsAsync(GroupFacts group)
    {
        var versions = (await api.GetAsync("group.listKeyVersions", group.Owner, ("group_id", group.Id)))
            .Ok().Json.GetProperty("versions");
        var active = OneIsActive(versions, group.Keys);
        Settle(group.Keys, Fact.Yes, active);
        var latest = await ReadAsync(new Request("group.getKey", group.Owner, group.Id));
        Holds(latest.Int("version") == active, "the newest version is the active one");
        var keys = await Task.WhenAll(Numbers(versions).Select(
            version => ReadAsync(new Request("group.getKey", group.Owner, group.Id, Version: version))));
        Holds(keys.Select(key => key.String("secretKey")).Distinct().Count() == keys.Length,
            "all versions have different keys");
        foreach (var version in group.Keys.Dead)
        {
            var answer =
                await api.GetAsync("group.getKey", group.Owner, ("group_id", group.Id), ("version", $"{version}"));
            Counted(answer.Is(404, "KeyVersionNotFound"));
        }

        return active;
    }

    private async Task<HashSet<string>> MembersAsync(GroupFacts group)
    {
        var listed = await PeopleAsync("group.listMembers", group, "members");
        foreach (var person in ledger.People.Where(person => person != group.Owner))
        {
            Agrees(GroupFacts.Of(group.Members, person), listed.Contains(person), $"{person} is a member");
            group.Members[person] = listed.Contains(person) ? Fact.Yes : Fact.No;
        }

        return listed;
    }

    private async Task<HashSet<string>> DelegatesAsync(GroupFacts group)
    {
        var listed = await PeopleAsync("group.listDelegates", group, "delegates");
        foreach (var person in ledger.People.Where(person => person != group.Owner))
        {
            Agrees(GroupFacts.Of(group.Delegates, person), listed.Contains(person), $"{person} is a delegate");
            group.Delegates[person] = listed.Contains(person) ? Fact.Yes : Fact.No;
        }

        return listed;
    }

    /// <summary>
    /// Listed members read every version, others none; delegates see the members; an account finds its groups.
    /// </summary>
    private async Task VerifyRolesAsync(GroupFacts group, string person, bool isMember, bool isDelegate)
    {
        int?[] versions = [null, .. group.Keys.Keys.Keys.OrderDescending()];
        await Task.WhenAll(versions.Select(async version =>
        {
            if (isMember)
                await ReadAsync(new Request("group.getKey", person, group.Id, Version: version));
            else
                Counted((await new Request("group.getKey", person, group.Id, Version: version).SendAsync(api))
                    .Is(403, "Forbidden"));
        }));
        var list = await api.GetAsync("group.listMembers", person, ("group_id", group.Id));
        Holds(list.Status == (isDelegate ? 200 : 403),
            $"a delegate, and no other account, sees the members: {list.Status} {list.Text}");
        (bool, string)[] roles = [(isDelegate, "delegate"), (isMember, "member")];
        await VerifyListedRolesAsync(group, person, [.. roles.Where(role => role.Item1).Select(role => role.Item2)]);
    }

    private async Task VerifyListedRolesAsync(GroupFacts group, string person, string[] roles)
    {
        var groups = await AllAsync("group.listGroups", person, "groups");
        var listed = groups.Where(found => found.GetProperty("groupId").GetString() == group.Id)
            .Select(found => found.GetProperty("role").GetString()!).Order(StringComparer.Ordinal).ToList();
        Holds(listed.SequenceEqual(roles),
            $"{person} finds itself as [{string.Join(", ", roles)}], not as [{string.Join(", ", listed)}]");
    }

    /// <summary>
    /// Each version was created once. The log has each acknowledged change exactly once and no other; the last row
    /// about an account agrees with the lists; each returned key is logged.
    /// </summary>
    private async Task VerifyLogAsync(
        GroupFacts group, int active, HashSet<string> members, HashSet<string> delegates)
    {
        var log = await LogAsync("group.getAccessLog", group.Owner, ("group_id", group.Id));
        VerifyCreations(log, active);
        VerifyReads(log, group.Keys);
        foreach (var ((action, caller, target), (answered, begun)) in group.Changes.ToList())
        {
            var rows = log.Count(entry => entry.Action == action && entry.Did == caller && entry.Target == target);
            Holds(rows >= answered && rows <= begun,
                $"{action} by {caller} of {target}: {rows} rows, {answered} to {begun} expected");
            group.Changes[(action, caller, target)] = (rows, rows);
        }

        var ofThisGroup = log.TakeWhile(entry => entry.Action != "delete").ToList();
        foreach (var person in ledger.People)
        {
            var joined = ofThisGroup.Where(
                entry => entry.Target == person && entry.Action is "add_member" or "remove_member").ToList();
            Holds(members.Contains(person) == (joined is [{ Action: "add_member" }, ..]),
                $"the log and the list agree whether {person} is a member");
            for (var i = 1; i < joined.Count; i++)
                Holds(joined[i].Action != joined[i - 1].Action, $"{person} was alternately added and removed");
            var authorized = ofThisGroup.FirstOrDefault(
                entry => entry.Target == person && entry.Action is "add_delegate" or "remove_delegate");
            Holds(delegates.Contains(person) == (authorized?.Action == "add_delegate"),
                $"the log and the list agree whether {person} is a delegate");
        }
    }

    private static void VerifyCreations(List<Entry> log, int active)
    {
        var made = log.Where(entry => entry.Action is "create" or "rotate").Select(entry => entry.Version ?? 0)
            .ToList();
        Holds(
            made.SequenceEqual(Enumerable.Range(1, active).Reverse()),
            $"versions 1 to {active} were created in order: {string.Join(' ', made)}");
    }

    private static void VerifyReads(List<Entry> log, KeyFacts known)
    {
        var rows = log.Where(entry => entry.Action == "read").CountBy(entry => (entry.Did, entry.Version ?? 0))
            .ToDictionary();
        foreach (var ((caller, version), times) in known.Reads)
        {
            var logged = rows.GetValueOrDefault((caller, version));
            Holds(logged >= times,
                $"{caller} read version {version} {times} times, and {logged} of them are in the log");
        }
    }

    /// <summary>Versions have no gaps, only the newest is active, and their number matches.</summary>
    private static int OneIsActive(JsonElement versions, KeyFacts known)
    {
        var numbers = Numbers(versions);
        var statuses = versions.EnumerateArray().Select(version => version.GetProperty("status").GetString());
        Holds(
            numbers.SequenceEqual(Enumerable.Range(numbers[^1], numbers.Count).Reverse()),
            $"no version is missing: {string.Join(' ', numbers)}");
        Holds(statuses.Select((status, i) => status == (i == 0 ? "active" : "revoked")).All(good => good),
            "one version is active");
        Holds(
            numbers[0] >= known.Low && numbers[0] <= known.High,
            $"{numbers[0]} versions were created, {known.Low} to {known.High} expected");
        Holds(!numbers.Any(known.Dead.Contains), "deleted versions stay deleted");
        Holds(known.Keys.Keys.All(numbers.Contains), "no version that was returned is missing");
        return numbers[0];
    }

    private static List<int> Numbers(JsonElement versions) =>
        [.. versions.EnumerateArray().Select(version => version.GetProperty("version").GetInt32())];

    private static void Settle(KeyFacts known, Fact exists, int newest)
    {
        known.Exists = exists;
        known.Low = known.High = newest;
    }

    private async Task<Answer> ReadAsync(Request request)
    {
        // The ledger checks that it is the key that was returned before.
        Interlocked.Increment(ref _checks);
        return await ledger.OkAsync(api, request);
    }

    private async Task<HashSet<string>> PeopleAsync(string method, GroupFacts group, string list) =>
        [.. (await AllAsync(method, group.Owner, list, ("group_id", group.Id)))
            .Select(person => person.GetProperty("did").GetString()!)];

    private async Task<List<Entry>> LogAsync(string method, string caller, params (string, string)[] parameters) =>
    [
        .. (await AllAsync(method, caller, "entries", parameters))
            .Where(entry => entry.GetProperty("outcome").GetString() == "granted")
            .Select(entry => new Entry(
                entry.GetProperty("action").GetString()!,
                entry.GetProperty("did").GetString()!,
                entry.TryGetProperty("target", out var target) ? target.GetString() : null,
                entry.TryGetProperty("version", out var version) ? version.GetInt32() : null)),
    ];

    /// <summary>All pages of a list.</summary>
    private async Task<List<JsonElement>> AllAsync(
        string method, string caller, string list, params (string, string)[] parameters)
    {
        var entries = new List<JsonElement>();
        (string, string)[] next = method == "group.listDelegates" ? [] : [("limit", "100")];
        while (true)
        {
            var page = (await api.GetAsync(method, caller, [.. parameters, .. next])).Ok().Json;
            entries.AddRange(page.GetProperty(list).EnumerateArray());
            if (!page.TryGetProperty("cursor", out var cursor))
                return entries;
            next = [("limit", "100"), ("cursor", cursor.GetString()!)];
        }
    }

    private static void Agrees(Fact known, bool isSo, string what) =>
        Holds(known == Fact.Unknown || known == (isSo ? Fact.Yes : Fact.No),
            $"{what}: {isSo}, but earlier responses said the opposite");

    private static void Counted(Answer answer)
    {
        _ = answer;
        Interlocked.Increment(ref _checks);
    }

    private static void Holds(bool isSo, string what)
    {
        Interlocked.Increment(ref _checks);
        Assert.True(isSo, what);
    }

    private sealed record Entry(string Action, string Did, string? Target, int? Version);
}
