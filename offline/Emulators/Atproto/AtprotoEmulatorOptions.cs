namespace AtpKeyserver.Emulators.Atproto;

public sealed record AtprotoEmulatorOptions
{
    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Where accounts are kept; null keeps them in memory only.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The clock of the tokens.</summary>
    public TimeProvider? TimeProvider { get; init; }
}
