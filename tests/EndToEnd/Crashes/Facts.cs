namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>What the clients know of something: an answer said it, or a call whose outcome nobody knows has made it uncertain.</summary>
internal enum Fact
{
    No,
    Yes,
    Unknown,
}

/// <summary>What the clients know of the versions of a group's key or a keypair.</summary>
internal sealed class KeyFacts
{
    public Fact Exists { get; set; } = Fact.No;

    /// <summary>The lowest number that the newest version can have.</summary>
    public int Low { get; set; }

    /// <summary>The highest: each call that may have made one counts.</summary>
    public int High { get; set; }

    /// <summary>What rotations answered that they made.</summary>
    public HashSet<int> Made { get; } = [];

    /// <summary>What was returned to anybody.</summary>
    public Dictionary<int, string> Keys { get; } = [];

    /// <summary>Versions of what was deleted since.</summary>
    public HashSet<int> Dead { get; } = [];

    /// <summary>How often each was returned to whom.</summary>
    public Dictionary<(string Caller, int Version), int> Reads { get; } = [];

    /// <summary>Notes what a read returned.</summary>
    public void Returned(string caller, int version, string key)
    {
        Assert.True(version <= High, $"version {version} was returned; nobody asked for more than {High}");
        Assert.False(Dead.Contains(version), $"version {version} was returned after its deletion");
        Assert.True(Keys.TryAdd(version, key) || Keys[version] == key, $"version {version} has changed after it was returned");
        Exists = Fact.Yes;
        Low = Math.Max(Low, version);
        Reads[(caller, version)] = Reads.GetValueOrDefault((caller, version)) + 1;
    }

    /// <summary>It was deleted: what was known of it may never come back.</summary>
    public void Deleted()
    {
        Exists = Fact.No;
        Dead.UnionWith(Enumerable.Range(1, Low));
        Dead.UnionWith(Keys.Keys);
        Keys.Clear();
    }
}

/// <summary>What the clients know of a group.</summary>
internal sealed class GroupFacts(string owner, string id)
{
    public string Owner => owner;

    public string Id => id;

    public KeyFacts Keys { get; } = new();

    public Dictionary<string, Fact> Members { get; } = [];

    public Dictionary<string, Fact> Delegates { get; } = [];

    /// <summary>Who left by itself, and so cannot be added again.</summary>
    public Dictionary<string, Fact> Departed { get; } = [];

    /// <summary>How many rows the log has of a change: those that were answered at least, and with those that were not at most.</summary>
    public Dictionary<(string Action, string Caller, string? Target), (int Answered, int Begun)> Changes { get; } = [];

    public static Fact Of(Dictionary<string, Fact> people, string account) => people.GetValueOrDefault(account);

    /// <summary>A deletion was broken off. If it came through, the owner's next read makes the group again, without its people.</summary>
    public void MayBeDeleted()
    {
        Keys.Exists = Fact.Unknown;
        foreach (var people in (Dictionary<string, Fact>[])[Members, Delegates, Departed])
        {
            foreach (var account in people.Keys.Where(account => people[account] == Fact.Yes).ToArray())
                people[account] = Fact.Unknown;
        }
    }

    /// <summary>Nobody is anything to it any more.</summary>
    public void Deleted()
    {
        Keys.Deleted();
        Members.Clear();
        Delegates.Clear();
        Departed.Clear();
    }
}
