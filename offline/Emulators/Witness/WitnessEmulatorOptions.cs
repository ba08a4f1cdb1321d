using AtpKeyserver.Tlog;

namespace AtpKeyserver.Emulators.Witness;

public sealed record WitnessEmulatorOptions
{
    /// <summary>0 chooses a free port.</summary>
    public int Port { get; init; }

    /// <summary>The name of the witness's key.</summary>
    public string Name { get; init; } = "witness.localhost/w1";

    /// <summary>Where the key and the last checkpoints are stored; null: in memory only.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The keys of the logs that it cosigns.</summary>
    public IReadOnlyList<VerifierKey> Logs { get; init; } = [];

    /// <summary>The clock of the cosignatures.</summary>
    public TimeProvider? TimeProvider { get; init; }
}
