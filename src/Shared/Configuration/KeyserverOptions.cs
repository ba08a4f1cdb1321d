using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Configuration;

/// <summary>
/// All settings, under <c>Keyserver:</c> (environment: <c>Keyserver__Did</c> …). Validated at startup.
/// </summary>
public sealed class KeyserverOptions
{
    public const string Section = "Keyserver";

    /// <summary>This server's did:plc or did:web, the audience of every token. localhost only in development.</summary>
    public string Did { get; set; } = "";

    /// <summary>This server's public URL: scheme and host, no path. https outside development.</summary>
    public string PublicOrigin { get; set; } = "";

    /// <summary>Base URL of the PLC directory.</summary>
    public string PlcDirectory { get; set; } = "https://plc.directory";

    /// <summary>
    /// Name servers for did:web hosts: at most 3 IP addresses, each with an optional port. Empty: the system's
    /// (<c>/etc/resolv.conf</c>).
    /// </summary>
    public IList<string> NameServers { get; set; } = [];

    /// <summary>
    /// Contact for vulnerability reports in <c>/.well-known/security.txt</c>: an https URL or <c>mailto:</c>. Empty:
    /// the file is not served.
    /// </summary>
    public string SecurityContact { get; set; } = "";

    /// <summary>Resolves did:web:localhost accounts over http on loopback. Rejected outside development.</summary>
    public bool AllowLocalhost { get; set; }

    /// <summary>Whether getPublicKey creates a keypair for an account whose DID resolves and that has none.</summary>
    public bool CreateKeypairOnPublicRead { get; set; } = true;

    /// <summary>
    /// Maximum number of keypairs that anonymous getPublicKey calls create per hour, counted in storage for all
    /// instances.
    /// </summary>
    public int PublicCreationsPerHour { get; set; } = 1000;

    /// <summary>Maximum changes per second of a key or shard-key rotation: 1–10,000.</summary>
    public int MaintenancePerSecond { get; set; } = 50;

    public ServiceMode Mode { get; set; } = ServiceMode.Normal;

    public ReplayProtection Replay { get; set; } = ReplayProtection.Off;

    public TablesOptions Tables { get; set; } = new();

    public KeyVaultOptions KeyVault { get; set; } = new();

    public AccessLogOptions AccessLog { get; set; } = new();

    public RateLimitOptions RateLimits { get; set; } = new();

    /// <summary>This server as the caller, for changes that it makes without a request.</summary>
    internal Caller AsCaller() => Identifiers.Did.TryParse(Did, allowLocalhost: true, out var self)
        ? new Caller(self)
        : throw new InvalidOperationException("Keyserver__Did was not validated.");
}

public sealed class TablesOptions
{
    /// <summary>Table endpoint of the storage account, accessed with the app's managed identity.</summary>
    public string ServiceUri { get; set; } = "";

    /// <summary>Development only: an emulator's connection string, replaces <see cref="ServiceUri"/>.</summary>
    public string ConnectionString { get; set; } = "";
}

public sealed class KeyVaultOptions
{
    /// <summary>The key-encryption key: <c>https://{vault}/keys/{name}</c>, without a version.</summary>
    public string KeyId { get; set; } = "";

    /// <summary>
    /// Optional pin: the 32 hex digits that the log shows when the keyring is first opened. It detects a keyring that
    /// was replaced by an attacker with write access to the storage.
    /// </summary>
    public string KeyringFingerprint { get; set; } = "";

    /// <summary>Development only: the Key Vault emulator's bearer token.</summary>
    public string EmulatorToken { get; set; } = "";
}

public sealed class AccessLogOptions
{
    /// <summary>Days to keep access-log rows: 30–180.</summary>
    public int RetentionDays { get; set; } = 90;

    public IpAddressLogging IpAddresses { get; set; } = IpAddressLogging.Truncated;

    /// <summary>
    /// Whether a response with a secret waits until its access-log row is stored. False: rows are queued in memory and
    /// written shortly after, so a crash loses queued rows and write failures are only counted and logged. Changes are
    /// not affected.
    /// </summary>
    public bool Strict { get; set; } = true;

    /// <summary>The first day of the retention period.</summary>
    public DateOnly OldestDay(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime).AddDays(-RetentionDays);
}

/// <summary>
/// Rate limits per instance, counted in memory: n instances allow n times as much. A limit may be used up at once and
/// refills evenly over its minute or hour. Each limit is 1–1,000,000.
/// </summary>
public sealed class RateLimitOptions
{
    /// <summary>False disables the limits, not the deny lists.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Number of proxies in front of this app that append to <c>X-Forwarded-For</c>: 0–8. The client's address is that
    /// many entries from the right; entries further left are client-supplied. Azure Functions needs 1; 0 uses the
    /// socket's address.
    /// </summary>
    public int TrustedProxies { get; set; } = 1;

    /// <summary>Calls without a token, per client address and minute.</summary>
    public int AnonymousPerMinute { get; set; } = 300;

    /// <summary>Reads of the transparency log, per client address and minute.</summary>
    public int LogReadsPerMinute { get; set; } = 1200;

    /// <summary>
    /// Tokens rejected before their issuer's key is looked up, per client address and minute; above the limit 429
    /// replaces 401. Sized for a PDS, whose users share one address.
    /// </summary>
    public int MalformedTokensPerMinute { get; set; } = 600;

    /// <summary>
    /// Tokens with an invalid signature or an unknown issuer, per client address, issuer and minute; above the limit
    /// 429 replaces 401.
    /// </summary>
    public int RefusedTokensPerMinute { get; set; } = 60;

    /// <summary>DID document lookups for calls without a token, per client address and minute.</summary>
    public int ResolutionsPerMinute { get; set; } = 60;

    /// <summary>
    /// DID document lookups for tokens of accounts that are new to this instance, per client address and minute. A
    /// valid token refunds its lookup. Sized for a PDS. A second limit of the same size covers lookups after a possible
    /// key change.
    /// </summary>
    public int TokenResolutionsPerMinute { get; set; } = 600;

    /// <summary>
    /// DID document lookups from all addresses per minute, so that a client with many addresses cannot flood a PLC
    /// directory. Above the limit, accounts that are not cached get 503. A quarter is reserved for accounts that have
    /// called before.
    /// </summary>
    public int AllResolutionsPerMinute { get; set; } = 6000;

    /// <summary>
    /// Reads per authenticated caller and minute, from all addresses. <c>group.getKeys</c> counts once per key, but at
    /// most this often.
    /// </summary>
    public int ReadsPerMinute { get; set; } = 1200;

    /// <summary>
    /// Changes per authenticated caller and minute; reads are limited separately. <c>group.addMembers</c> and
    /// <c>group.removeMembers</c> count once per account, but at most this often.
    /// </summary>
    public int ChangesPerMinute { get; set; } = 120;

    /// <summary>
    /// How many times per UTC day an account may add another account to groups, as a member or delegate: 1–1,000,000.
    /// Counted in storage for all instances, and only if <see cref="Enabled"/>.
    /// </summary>
    public int AdditionsPerDay { get; set; } = 50;

    /// <summary>Calls rejected by a group (403), per caller and minute: each may write an access-log row.</summary>
    public int DenialsPerMinute { get; set; } = 30;

    /// <summary>Groups created by their owner's first read, per owner and minute.</summary>
    public int NewGroupsPerMinute { get; set; } = 60;

    /// <summary>
    /// New key versions per caller and hour, and per group and hour for all its delegates together: versions are never
    /// deleted.
    /// </summary>
    public int RotationsPerHour { get; set; } = 300;

    /// <summary>
    /// How many callers' limits all did:web accounts of one domain share: 1–100. A domain's owner can create any number
    /// of accounts.
    /// </summary>
    public int WebDomainCallers { get; set; } = 10;

    /// <summary>
    /// Hosts whose subdomains belong to different owners, at most 1,000. Each subdomain counts as a domain.
    /// </summary>
    public IList<string> SharedWebHosts { get; set; } = [];

    /// <summary>Accounts rejected with 403, at most 1,000.</summary>
    public IList<string> DeniedDids { get; set; } = [];

    /// <summary>
    /// Networks rejected with 403: addresses or CIDR blocks (<c>203.0.113.0/24</c>, <c>2001:db8::/32</c>), at most
    /// 1,000.
    /// </summary>
    public IList<string> DeniedNetworks { get; set; } = [];
}
