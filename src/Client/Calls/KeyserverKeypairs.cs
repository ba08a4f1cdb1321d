namespace AtpKeyserver.Client;

/// <summary>The account's Ed25519 keypair, and the public keys of all accounts.</summary>
/// <remarks>All methods throw the exceptions listed at <see cref="KeyserverGroups"/>.</remarks>
public sealed class KeyserverKeypairs
{
    private readonly XrpcChannel _xrpc;
    private readonly KeyCalls _calls;
    private readonly KeyRing _keys;

    internal KeyserverKeypairs(XrpcChannel xrpc, KeyCalls calls, KeyRing keys)
    {
        _xrpc = xrpc;
        _calls = calls;
        _keys = keys;
    }

    /// <summary>
    /// Reads the public key of any account, without a token. The server may cache it for ten seconds.
    /// </summary>
    /// <param name="did">The account. The server may create a keypair for an account that never called.</param>
    /// <param name="version"><see langword="null"/>: the active one.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="GoneException">The version or the keypair does not exist.</exception>
    public Task<AccountPublicKey> GetPublicKeyAsync(
        string did, int? version = null, CancellationToken cancellation = default) =>
        _calls.GetPublicKeyAsync(did, version, cancellation);

    /// <summary>
    /// Reads the account's own keypair from the server, without caching. The first call creates it. To sign, use
    /// <see cref="KeyserverClient.Signatures"/>, which caches it.
    /// </summary>
    /// <param name="version"><see langword="null"/>: the active one.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>The keypair. Dispose it.</returns>
    public Task<Keypair> GetKeypairAsync(int? version = null, CancellationToken cancellation = default) =>
        _calls.GetKeypairAsync(version, cancellation);

    /// <summary>Creates a new active version. Old versions stay readable.</summary>
    /// <param name="expectedVersion">
    /// The version to replace. If set, a failed call is retried and still rotates only once. If not set, the outcome of
    /// a failed call is unknown.
    /// </param>
    /// <param name="reason">Up to 256 characters.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="ConflictException">Another version is active.</exception>
    /// <exception cref="GoneException">The account has no keypair.</exception>
    public async Task<KeyRotation> RotateAsync(
        int? expectedVersion = null, string? reason = null, CancellationToken cancellation = default)
    {
        KeyCalls.RequirePositive(expectedVersion, nameof(expectedVersion));
        try
        {
            return await Rotation.RunAsync(
                _xrpc,
                Nsid.Keypair + "rotate",
                new RotateInput(null, expectedVersion, reason),
                VersionsAsync,
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            _keys.ForgetKeypairs();
        }
    }

    /// <summary>Lists all versions of the account's keypair, newest first; empty if there is no keypair.</summary>
    /// <remarks>Reads all pages; a page has up to 1,000 versions.</remarks>
    public async Task<IReadOnlyList<KeyVersion>> ListVersionsAsync(CancellationToken cancellation = default) =>
        await VersionsAsync(cancellation).ToArrayAsync(cancellation).ConfigureAwait(false);

    /// <summary>Lists the reads and changes of the keypair, newest first, and reads all pages.</summary>
    public IAsyncEnumerable<AccessLogEntry> GetAccessLogAsync(CancellationToken cancellation = default) =>
        Page<AccessLogEntry>.AllAsync((cursor, token) => GetAccessLogPageAsync(null, cursor, token), cancellation);

    /// <summary>Reads one page of <see cref="GetAccessLogAsync"/>.</summary>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">The cursor of the previous page.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public async Task<Page<AccessLogEntry>> GetAccessLogPageAsync(
        int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = new Parameters().Add("limit", limit).Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.Keypair + "getAccessLog", parameters, ListJson.Default.AccessLogResponse, cancellation)
            .ConfigureAwait(false);
        return Page<AccessLogEntry>.Of(answer.Entries, answer.Cursor);
    }

    private IAsyncEnumerable<KeyVersion> VersionsAsync(CancellationToken cancellation) =>
        Page<KeyVersion>.AllAsync(ReadVersionsAsync, cancellation);

    private async Task<Page<KeyVersion>> ReadVersionsAsync(string? cursor, CancellationToken cancellation)
    {
        var parameters = new Parameters().Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.Keypair + "listVersions", parameters, ListJson.Default.KeyVersionsResponse, cancellation)
                .ConfigureAwait(false);
        return Page<KeyVersion>.Of(answer.Versions, answer.Cursor);
    }
}
