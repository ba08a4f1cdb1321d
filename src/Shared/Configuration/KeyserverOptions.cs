using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Configuration;

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

    /// <summary>
    /// Which name servers look up the hosts of did:web: IP addresses, with or without a port, at most 3. Empty: those
    /// of the system (<c>/etc/resolv.conf</c>).
    /// </summary>
    public IList<string> NameServers { get; set; } = [];

    /// <summary>
    /// Whom to tell of a vulnerability, in <c>/.well-known/security.txt</c>: an https URL or <c>mailto:</c>. Empty: there is no such file.
    /// </summary>
    public string SecurityContact { get; set; } = "";

    /// <summary>did:web:localhost accounts are resolved over http on loopback. Refused outside development.</summary>
    public bool AllowLocalhost { get; set; }

    /// <summary>Whether getPublicKey makes a keypair for an account that has none and whose DID resolves.</summary>
    public bool CreateKeypairOnPublicRead { get; set; } = true;

    /// <summary>How many keypairs all anonymous getPublicKey calls together may create in an hour, counted in the storage.</summary>
    public int PublicCreationsPerHour { get; set; } = 1000;

    /// <summary>How many changes a second a rotation of all keys, or of the shard keys, makes at most: 1–10,000.</summary>
    public int MaintenancePerSecond { get; set; } = 50;

    /// <summary>The kill switch.</summary>
    public ServiceMode Mode { get; set; } = ServiceMode.Normal;

    /// <summary>Which calls a token is good for once only.</summary>
    public ReplayProtection Replay { get; set; } = ReplayProtection.Off;

    public TablesOptions Tables { get; set; } = new();

    public KeyVaultOptions KeyVault { get; set; } = new();

    public AccessLogOptions AccessLog { get; set; } = new();

    public RateLimitOptions RateLimits { get; set; } = new();

    /// <summary>The server as the author of a change that nobody asked for with a token.</summary>
    internal Caller AsCaller() => Identifiers.Did.TryParse(Did, allowLocalhost: true, out var self)
        ? new Caller(self)
        : throw new InvalidOperationException("Keyserver__Did was not validated.");
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

    /// <summary>
    /// Whether the answer with a secret waits until its row is durable. False: the row is queued in memory and written within moments, so a
    /// crash loses what is queued, and a storage that refuses rows is only counted and logged. Changes are not affected.
    /// </summary>
    public bool Strict { get; set; } = true;

    /// <summary>The first day whose rows are kept.</summary>
    public DateOnly OldestDay(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime).AddDays(-RetentionDays);
}

/// <summary>
/// Budgets of this instance, counted in its memory: n instances let n times as much through. A full budget may be spent at once and then
/// refills evenly over its minute or hour. Every budget is 1–1,000,000.
/// </summary>
public sealed class RateLimitOptions
{
    /// <summary>False turns the budgets off. The deny lists stay.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// How many proxies in front of this app append to <c>X-Forwarded-For</c>: 0–8. The client is that many entries from the right; what
    /// stands further left was written by the client. 1 on Azure Functions, where the socket's address is the host's; 0 takes the
    /// socket's address.
    /// </summary>
    public int TrustedProxies { get; set; } = 1;

    /// <summary>Calls without a token, per client address and minute.</summary>
    public int AnonymousPerMinute { get; set; } = 300;

    /// <summary>
    /// Tokens that break a rule before their issuer's key is looked up, per client address and minute; further ones get 429
    /// instead of 401. Fits a PDS, which is one address for thousands.
    /// </summary>
    public int MalformedTokensPerMinute { get; set; } = 600;

    /// <summary>
    /// Tokens that their issuer did not sign, or whose issuer does not exist, per client address, issuer and minute; further
    /// ones get 429 instead of 401.
    /// </summary>
    public int RefusedTokensPerMinute { get; set; } = 60;

    /// <summary>Look-ups of DID documents for calls without a token, per client address and minute.</summary>
    public int ResolutionsPerMinute { get; set; } = 60;

    /// <summary>
    /// Look-ups for tokens of accounts that have not called this instance before, per client address and minute; a token that
    /// turns out to be valid gives its look-up back. Fits a PDS. As many again for accounts that may have changed their key.
    /// </summary>
    public int TokenResolutionsPerMinute { get; set; } = 600;

    /// <summary>
    /// All look-ups of all addresses together: whoever has many addresses cannot turn this server against a PLC directory.
    /// Beyond it, accounts that are not in memory get 503 for a moment; those that are go on. A quarter is kept for accounts
    /// that have called before.
    /// </summary>
    public int AllResolutionsPerMinute { get; set; } = 6000;

    /// <summary>Reads per authenticated caller and minute, from however many addresses.</summary>
    public int ReadsPerMinute { get; set; } = 1200;

    /// <summary>Changes per authenticated caller and minute, apart from the reads.</summary>
    public int ChangesPerMinute { get; set; } = 120;

    /// <summary>
    /// How often one account may add another to groups, as a member or delegate, in a UTC day: 1–1,000,000.
    /// Counted in the storage, so for all instances together, and only while budgets are on.
    /// </summary>
    public int AdditionsPerDay { get; set; } = 50;

    /// <summary>Calls that a group refuses (403), per caller and minute: each may write a row of the access log.</summary>
    public int DenialsPerMinute { get; set; } = 30;

    /// <summary>Groups that the first read of their owner makes, per owner and minute.</summary>
    public int NewGroupsPerMinute { get; set; } = 60;

    /// <summary>
    /// New versions of keys per caller and hour, and of one group's key by all of its delegates together: versions are kept
    /// for ever.
    /// </summary>
    public int RotationsPerHour { get; set; } = 300;

    /// <summary>
    /// How many callers' budgets all did:web accounts of one domain share: 1–100. Whoever has a domain can make as many
    /// accounts in it as he likes.
    /// </summary>
    public int WebDomainCallers { get; set; } = 10;

    /// <summary>Hosts that give names below them to strangers, at most 1,000: each of these names is a domain.</summary>
    public IList<string> SharedWebHosts { get; set; } = [];

    /// <summary>Accounts that are refused with 403, at most 1,000.</summary>
    public IList<string> DeniedDids { get; set; } = [];

    /// <summary>
    /// Networks that are refused with 403: addresses or CIDR blocks (<c>203.0.113.0/24</c>, <c>2001:db8::/32</c>), at most 1,000.
    /// </summary>
    public IList<string> DeniedNetworks { get; set; } = [];
}
