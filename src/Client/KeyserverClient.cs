namespace AtpKeyserver.Client;

/// <summary>
/// Calls a keyserver on behalf of one account. Create one for each account that is logged in, reuse it, and dispose it
/// at log-out. Safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// using var session = await PdsSession.LogInAsync(pds, "alice.example.com", appPassword);
/// using var keyserver = new KeyserverClient("did:web:keys.example.com", session.GetServiceTokenAsync);
/// var post = await keyserver.Content.EncryptAsync(groupId, atUri, "For friends.");
/// </code>
/// </example>
public sealed class KeyserverClient : IDisposable
{
    private readonly IRoute _route;
    private readonly KeyRing _keys;

    /// <summary>Calls the keyserver itself, with service tokens.</summary>
    /// <param name="did">The keyserver's DID.</param>
    /// <param name="tokens">
    /// Gets service tokens of the account: <see cref="PdsSession.GetServiceTokenAsync"/>, or a method of the
    /// application.
    /// </param>
    /// <param name="options"><see langword="null"/>: the defaults.</param>
    public KeyserverClient(string did, TokenSource tokens, KeyserverClientOptions? options = null)
        : this(did, options ?? new(),
            (address, time) => new DirectRoute(address, new TokenCache(Require(tokens), did, time)))
    {
    }

    private KeyserverClient(
        string did, KeyserverClientOptions options, Func<ServiceAddress, TimeProvider, IRoute> route)
    {
        ArgumentNullException.ThrowIfNull(did);
        if (!IsDid(did))
            throw new ArgumentException(
                $"'{did}' is not the DID of a keyserver, such as did:web:keys.example.com.", nameof(did));
        ArgumentOutOfRangeException.ThrowIfLessThan(
            options.KeyBatchDelay, TimeSpan.Zero, nameof(options.KeyBatchDelay));
        Did = did;
        var exchange = new Exchange(options.HttpClient ?? SharedHttp.Client, options);
        var address = new ServiceAddress(did, exchange, options);
        _route = route(address, options.TimeProvider);
        var xrpc = new XrpcChannel(exchange, _route);
        var calls = new KeyCalls(xrpc);
        _keys = new KeyRing(calls, options);
        Server = new KeyserverServer(xrpc, exchange, address);
        Groups = new KeyserverGroups(xrpc, calls, _keys);
        Keypairs = new KeyserverKeypairs(xrpc, calls, _keys);
        Account = new KeyserverAccount(xrpc, _keys);
        Content = new KeyserverContent(_keys, options.TimeProvider);
        Signatures = new KeyserverSignatures(_keys);
    }

    /// <summary>The keyserver's DID.</summary>
    public string Did { get; }

    /// <summary>Encrypts and decrypts with group keys, which are cached.</summary>
    public KeyserverContent Content { get; }

    /// <summary>Signs with the account's key and verifies signatures of any account.</summary>
    public KeyserverSignatures Signatures { get; }

    /// <summary>Groups: keys, members, delegates, logs.</summary>
    public KeyserverGroups Groups { get; }

    /// <summary>The account's keypair, and the public keys of all accounts.</summary>
    public KeyserverKeypairs Keypairs { get; }

    /// <summary>Export and deletion.</summary>
    public KeyserverAccount Account { get; }

    /// <summary>The keyserver itself.</summary>
    public KeyserverServer Server { get; }

    internal KeyRing Keys => _keys;

    /// <summary>
    /// Calls through the account's PDS (<c>atproto-proxy</c>), which creates the service tokens. The access log then
    /// shows the PDS's address.
    /// </summary>
    /// <param name="did">The keyserver's DID.</param>
    /// <param name="session">Not disposed with the client.</param>
    /// <param name="options"><see langword="null"/>: the defaults.</param>
    public static KeyserverClient ThroughPds(string did, PdsSession session, KeyserverClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new KeyserverClient(did, options ?? new(), (_, _) => new ProxyRoute(session, did));
    }

    /// <summary>
    /// Calls without an account: public keys, verification of signatures, and the server's description.
    /// </summary>
    /// <param name="did">The keyserver's DID.</param>
    /// <param name="options"><see langword="null"/>: the defaults.</param>
    public static KeyserverClient Anonymous(string did, KeyserverClientOptions? options = null) =>
        new(did, options ?? new(), (address, _) => new DirectRoute(address, tokens: null));

    /// <summary>Removes all cached tokens and keys and zeroes the keys. The client remains usable.</summary>
    public void Clear()
    {
        _route.Clear();
        _keys.Clear();
    }

    /// <summary>Removes all cached tokens and keys and zeroes the keys.</summary>
    public void Dispose()
    {
        _keys.Dispose();
        _route.Dispose();
    }

    /// <summary>Whether the text has the form of a DID, without a fragment.</summary>
    internal static bool IsDid(string text) =>
        text.StartsWith("did:", StringComparison.Ordinal) && !text.Contains('#', StringComparison.Ordinal);

    private static TokenSource Require(TokenSource tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return tokens;
    }
}
