namespace AtpKeyserver.Emulators.KeyVault;

public sealed record KeyVaultEmulatorOptions
{
    /// <summary>0 chooses a free port.</summary>
    public int Port { get; init; }

    /// <summary>Where keys and the certificate authority are stored; null: in memory only.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The only accepted bearer token.</summary>
    public required string Token { get; init; }

    /// <summary>The clock of key attributes. Certificates use the system's clock, because clients do.</summary>
    public TimeProvider? TimeProvider { get; init; }
}
