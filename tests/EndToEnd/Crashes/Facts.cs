namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// What clients know about something: a response confirmed it, or a call without a response made it uncertain.
/// </summary>
internal enum Fact
{
    No,
    Yes,
    Unknown,
}

/// <summary>What clients know about the versions of a group key or a keypair.</summary>
internal sealed class KeyFacts
{
    public Fact Exists { get; set; } = Fact.No;

    /// <summary>The lowest possible number of the newest version.</summary>
    public int Low { get; set; }

    /// <summary>The highest possible number: each call that may have created a version counts.</summary>
    public int High { get; set; }

    /// <summary>Versions that rotations reported as created.</summary>
    public HashSet<int> Made { get; } = [];

    /// <summary>Keys that were returned to any caller.</summary>
    public Dictionary<int, string> Keys { get; } = [];

    /// <summary>Versions from before a deletion.</summary>
    public HashSet<int> Dead { get; } = [];

    /// <summary>How often each version was returned to each caller.</summary>
    public Dictionary<(string Caller, int Version), int> Reads { get; } = [];

    /// <summary>Records what a read returned.</summary>
    public void Returned(string caller, int version, string key)
    {
        Assert.True(version <= High, $"version {version} was returned, but at most {High} can exist");
        Assert.False(Dead.Contains(version), $"version {version} was returned after its deletion");
        Assert.True(
            Keys.TryAdd(version, key) || Keys[version] == key, $"version {version} has changed after it was returned");
        Exists = Fact.Yes;
        Low = Math.Max(Low, version);
        Reads[(caller, version)] = Reads.GetValueOrDefault((caller, version)) + 1;
    }

    /// <summary>It was deleted, so its keys must never be returned again.</summary>
    public void Deleted()
    {
        Exists = Fact.No;
        Dead.UnionWith(Enumerable.Range(1, Low));
        Dead.UnionWith(Keys.Keys);
        Keys.Clear();
    }
}

/// <summary>What clients know about a group.</summary>
internal sealed class GroupFacts(string owner, string id)
{
    public string Owner => owner;

    public string Id => id;

    public KeyFacts Keys { get; } = new();

    public Dictionary<string, Fact> Members { get; } = [];

    public Dictionary<string, Fact> Delegates { get; } = [];

    /// <summary>Accounts that left and cannot be added again.</summary>
    public Dictionary<string, Fact> Departed { get; } = [];

    /// <summary>
    /// The number of log rows for a change: at least the acknowledged ones, at most those plus the unanswered ones.
    /// </summary>
    public Dictionary<(string Action, string Caller, string? Target), (int Answered, int Begun)> Changes { get; } = [];

    public static Fact Of(Dictionary<string, Fact> people, string account) => people.GetValueOrDefault(account);

    /// <summary>
    /// A deletion was interrupted. If it succeeded, the owner's next read recreates the group without members.
    /// </summary>
    public void MayBeDeleted()
    {
        Keys.Exists = Fact.Unknown;
        foreach (var people in (Dictionary<string, Fact>[])[Members, Delegates, Departed])
        {
            foreach (var account in people.Keys.Where(account => people[account] == Fact.Yes).ToArray())
                people[account] = Fact.Unknown;
        }
    }

    /// <summary>No account has a role in it any more.</summary>
    public void Deleted()
    {
        Keys.Deleted();
        Members.Clear();
        Delegates.Clear();
        Departed.Clear();
    }
}
