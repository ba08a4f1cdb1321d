namespace AtpKeyserver.Emulators.Atproto;

public sealed record AtprotoEmulatorOptions
{
    /// <summary>0 chooses a free port.</summary>
    public int Port { get; init; }

    /// <summary>Where accounts and records are stored; null: in memory only.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The clock of the tokens.</summary>
    public TimeProvider? TimeProvider { get; init; }
}
