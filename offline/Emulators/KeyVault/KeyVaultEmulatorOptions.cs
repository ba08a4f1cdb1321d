namespace AtpKeyserver.Emulators.KeyVault;

public sealed record KeyVaultEmulatorOptions
{
    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Where keys and the certificate authority are kept; null keeps them in memory only.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The only bearer token that is let in.</summary>
    public required string Token { get; init; }

    /// <summary>
    /// The clock of the keys' attributes. Certificates go by the system's clock, as whoever checks them does.
    /// </summary>
    public TimeProvider? TimeProvider { get; init; }
}
