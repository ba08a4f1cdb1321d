namespace AtpKeyserver.Tlog;

/// <summary>What a chain of entries is about; the second byte of an entry.</summary>
public enum ChainKind : byte
{
    /// <summary>The log itself: entry 0 only.</summary>
    Log = 0,

    /// <summary>One keypair of an account.</summary>
    Keypair = 1,

    /// <summary>The devices of an account.</summary>
    Devices = 2,

    /// <summary>An account and its backup.</summary>
    Account = 3,

    /// <summary>The keys and the policy of a group.</summary>
    GroupKeys = 4,

    /// <summary>The members and delegates of a group.</summary>
    GroupPeople = 5,
}
