namespace AtpKeyserver.DevStack;

/// <summary>Options of a stack. Default: in memory, on free ports, with its own identities.</summary>
public sealed record StackOptions
{
    /// <summary>Where tables, keys and identities are stored; null: in memory.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Clears <see cref="DataFolder"/> first.</summary>
    public bool Fresh { get; init; }

    /// <summary>
    /// Saves tables before each response, so that Azurite can be killed. Otherwise it saves every 5 s.
    /// </summary>
    public bool DurableTables { get; init; }

    /// <summary>The app's port; 0 chooses a free one.</summary>
    public int AppPort { get; init; }

    /// <summary>The keyserver's DID; null: the did:web of <see cref="AppPort"/>.</summary>
    public string? Did { get; init; }

    /// <summary>The app's PLC directory; null: the emulator's.</summary>
    public Uri? PlcDirectory { get; init; }

    /// <summary>Environment variables of the app. They override the stack's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The maximum number of stored log lines.</summary>
    public int LogLines { get; init; } = int.MaxValue;

    /// <summary>Receives the start and end of each stage.</summary>
    public IProgress<StackStage>? Progress { get; init; }
}
