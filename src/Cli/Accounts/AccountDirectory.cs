using System.Text.RegularExpressions;
using AtpKeyserver.Client;
using DnsClient;

namespace AtpKeyserver.Cli.Accounts;

/// <summary>Finds accounts by DID or by handle, with or without <c>@</c>.</summary>
internal sealed partial class AccountDirectory(HandleResolver handles, DidDocuments documents)
{
    private const string PdsFragment = "#atproto_pds";
    private const string PdsType = "AtprotoPersonalDataServer";

    /// <summary>
    /// Test networks use .test. <see href="https://atproto.com/specs/handle#additional-non-syntax-restrictions"/>
    /// </summary>
    private static readonly string[] ReservedDomains =
        ["alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion"];

    private static readonly TimeSpan DnsTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HttpTimeout = TimeSpan.FromSeconds(10);

    /// <param name="plc">The directory of did:plc.</param>
    /// <param name="pds">The PDS that the user named; null if none.</param>
    public static AccountDirectory Create(Uri plc, Uri? pds)
    {
        var dns = new LookupClient(new LookupClientOptions { Timeout = DnsTimeout, Retries = 1, UseCache = false });
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = HttpTimeout,
            MaxResponseContentBufferSize = 4096,
        };
        var options = new KeyserverClientOptions { PlcDirectory = plc };
        return new AccountDirectory(
            new HandleResolver(dns, http, pds), new DidDocuments(new Exchange(SharedHttp.Client, options), options));
    }

    /// <summary>The DID of an account. Asks nobody if the name is a DID.</summary>
    /// <exception cref="UsageException">The name is neither a DID nor a handle.</exception>
    /// <exception cref="AccountNotFoundException">The handle leads to no account.</exception>
    public async Task<string> DidOfAsync(string name, CancellationToken cancellation) =>
        FindDid(name) ?? (await FindAsync(name, cancellation)).Did;

    /// <summary>The account that a DID document describes.</summary>
    /// <exception cref="UsageException">The name is neither a DID nor a handle.</exception>
    /// <exception cref="AccountNotFoundException">The handle leads to no account.</exception>
    public async Task<Account> FindAsync(string name, CancellationToken cancellation)
    {
        var given = FindDid(name);
        var handle = given is null ? HandleOf(name) : null;
        var did = given ?? await handles.ResolveAsync(handle!, cancellation);
        var document = await documents.ReadAsync(did, cancellation);
        if (handle is not null && !handle.Equals(document.Handle, StringComparison.OrdinalIgnoreCase))
            throw new AccountNotFoundException(
                $"{handle} names {did}, but that account does not use the handle {handle}: "
                + $"its DID document names {document.Handle ?? "none"}.");
        return new Account(did, document.Handle, document.FindOrigin(PdsFragment, PdsType));
    }

    /// <summary>The name if it is a DID; null if it is not.</summary>
    /// <exception cref="UsageException">It is a DID that is malformed or of another method.</exception>
    public static string? FindDid(string name)
    {
        if (!name.StartsWith("did:", StringComparison.Ordinal))
            return null;
        return IsDid(name)
            ? name
            : throw new UsageException(
                $"'{name}' is not a DID of an account, which is did:plc with 24 characters or did:web with a host.");
    }

    public static string WithoutAt(string name) => name.StartsWith('@') ? name[1..] : name;

    /// <summary>Whether it is a well-formed DID of a method that AT Protocol supports.</summary>
    public static bool IsDid(string name) => DidPattern.IsMatch(name);

    /// <summary>The handle without <c>@</c>, in lower case.</summary>
    private static string HandleOf(string name)
    {
        var handle = WithoutAt(name).ToLowerInvariant();
        if (handle.Length > 253 || !HandlePattern.IsMatch(handle))
            throw new UsageException(
                $"'{name}' is neither a handle such as @alice.example.com nor a DID such as did:plc:….");
        var topLevel = handle[(handle.LastIndexOf('.') + 1)..];
        return ReservedDomains.Contains(topLevel)
            ? throw new UsageException($"'{name}' cannot be a handle: the domain .{topLevel} is reserved.")
            : handle;
    }

    /// <summary>
    /// did:plc, or did:web with a host and an optional port.
    /// <see href="https://atproto.com/specs/did#blessed-did-methods"/>
    /// </summary>
    [GeneratedRegex(
        "^did:(plc:[a-z2-7]{24}|web:[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?(%3[aA][0-9]{1,5})?)\\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex DidPattern { get; }

    /// <summary><see href="https://atproto.com/specs/handle#handle-identifier-syntax"/></summary>
    [GeneratedRegex(
        "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HandlePattern { get; }
}
