namespace AtpKeyserver.DevStack;

/// <summary>How a stack is to differ from the default: in memory, on free ports, with identities of its own.</summary>
public sealed record StackOptions
{
    /// <summary>
    /// Where tables, keys and identities are kept from one start to the next; null keeps them in memory.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>Begins with an empty <see cref="DataFolder"/>.</summary>
    public bool Fresh { get; init; }

    /// <summary>
    /// Tables are on disk before a change is answered, so Azurite may be killed. Without it, it saves every 5 s.
    /// </summary>
    public bool DurableTables { get; init; }

    /// <summary>Where the app listens; 0 takes a free one.</summary>
    public int AppPort { get; init; }

    /// <summary>The keyserver's DID; null takes the did:web of <see cref="AppPort"/>.</summary>
    public string? Did { get; init; }

    /// <summary>The app's PLC directory; null takes the emulator's.</summary>
    public Uri? PlcDirectory { get; init; }

    /// <summary>Environment variables of the app. They win over the stack's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How many lines of the app's log are kept.</summary>
    public int LogLines { get; init; } = int.MaxValue;

    /// <summary>Hears of each stage when it begins and when it ends.</summary>
    public IProgress<StackStage>? Progress { get; init; }
}
