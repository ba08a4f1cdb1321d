using AtpKeyserver.Audit;

namespace AtpKeyserver;

/// <summary>Everything an operator sets, under <c>Keyserver:</c> (environment: <c>Keyserver__Did</c> …). Checked at start.</summary>
public sealed class KeyserverOptions
{
    public const string Section = "Keyserver";

    /// <summary>Our DID; the audience of every token. A did:plc or did:web, localhost only in development.</summary>
    public string Did { get; set; } = "";

    /// <summary>Where clients reach us: scheme and host, no path. https outside development.</summary>
    public string PublicOrigin { get; set; } = "";

    /// <summary>Base URL of the PLC directory.</summary>
    public string PlcDirectory { get; set; } = "https://plc.directory";

    /// <summary>did:web:localhost accounts are resolved over http on loopback. Refused outside development.</summary>
    public bool AllowLocalhost { get; set; }

    /// <summary>Whether getPublicKey makes a keypair for an account that has none and whose DID resolves.</summary>
    public bool CreateKeypairOnPublicRead { get; set; } = true;

    /// <summary>How many keypairs all anonymous getPublicKey calls together may create in an hour, counted in the storage.</summary>
    public int PublicCreationsPerHour { get; set; } = 1000;

    public TablesOptions Tables { get; set; } = new();

    public KeyVaultOptions KeyVault { get; set; } = new();

    public AccessLogOptions AccessLog { get; set; } = new();

    public RateLimitOptions RateLimits { get; set; } = new();
}

public sealed class TablesOptions
{
    /// <summary>The table endpoint of the data account, reached with the app's managed identity.</summary>
    public string ServiceUri { get; set; } = "";

    /// <summary>Instead of <see cref="ServiceUri"/> in development: the connection string of an emulator.</summary>
    public string ConnectionString { get; set; } = "";
}

public sealed class KeyVaultOptions
{
    /// <summary>The key-encryption key: <c>https://{vault}/keys/{name}</c>, without a version.</summary>
    public string KeyId { get; set; } = "";

    /// <summary>
    /// Optional pin of the keyring: the 32 hex digits that the log shows when the keyring is first opened. With it, a keyring exchanged by
    /// somebody who can write to the storage is refused.
    /// </summary>
    public string KeyringFingerprint { get; set; } = "";

    /// <summary>Development only: the bearer token that the Key Vault emulator takes.</summary>
    public string EmulatorToken { get; set; } = "";
}

public sealed class AccessLogOptions
{
    /// <summary>Days that log rows are kept: 30–180.</summary>
    public int RetentionDays { get; set; } = 90;

    public IpAddressLogging IpAddresses { get; set; } = IpAddressLogging.Truncated;
}

public sealed class RateLimitOptions
{
    public bool Enabled { get; set; } = true;
}
