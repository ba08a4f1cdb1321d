namespace AtpKeyserver.Client;

/// <summary>The account's Ed25519 keypair, and the public keys of others.</summary>
/// <remarks>
/// All methods throw a <see cref="KeyserverException"/>, as those of <see cref="KeyserverGroups"/> do.
/// </remarks>
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

    /// <summary>The public key of any account. Needs no token. It may be ten seconds old.</summary>
    /// <param name="did">The account; the server may make a keypair for one that never called.</param>
    /// <param name="version"><see langword="null"/>: the active one.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GoneException">No such version, or no keypair.</exception>
    public Task<AccountPublicKey> GetPublicKeyAsync(
        string did, int? version = null, CancellationToken cancellation = default) =>
        _calls.GetPublicKeyAsync(did, version, cancellation);

    /// <summary>
    /// The account's own keypair, from the server each time; the first call makes it. To sign, use
    /// <see cref="KeyserverClient.Signatures"/>, which keeps it.
    /// </summary>
    /// <param name="version"><see langword="null"/>: the active one.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>To be disposed of.</returns>
    public Task<Keypair> GetKeypairAsync(int? version = null, CancellationToken cancellation = default) =>
        _calls.GetKeypairAsync(version, cancellation);

    /// <summary>Makes a new active version. Old ones stay readable.</summary>
    /// <param name="expectedVersion">
    /// The version that is to be replaced. With it the call is retried where it failed, and still rotates once; without
    /// it a failure leaves open whether it did.
    /// </param>
    /// <param name="reason">Up to 256 characters.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ConflictException">Another version is active.</exception>
    /// <exception cref="GoneException">There is no keypair yet.</exception>
    public async Task<KeyRotation> RotateAsync(
        int? expectedVersion = null, string? reason = null, CancellationToken cancellation = default)
    {
        KeyCalls.RequirePositive(expectedVersion, nameof(expectedVersion));
        try
        {
            return await Rotation.RunAsync(
                _xrpc, Nsid.RotateKeypair, new RotateInput(null, expectedVersion, reason), VersionsAsync, cancellation)
                .ConfigureAwait(false);
        }
        finally
        {
            _keys.ForgetKeypairs();
        }
    }

    /// <summary>The versions of the account's keypair, the newest first; none where there is no keypair.</summary>
    /// <remarks>All of them, page after page: the server gives a thousand at a time.</remarks>
    public async Task<IReadOnlyList<KeyVersion>> ListVersionsAsync(CancellationToken cancellation = default) =>
        await VersionsAsync(cancellation).ToArrayAsync(cancellation).ConfigureAwait(false);

    /// <summary>Who read and changed the keypair, the newest first, page after page.</summary>
    public IAsyncEnumerable<AccessLogEntry> GetAccessLogAsync(CancellationToken cancellation = default) =>
        Page<AccessLogEntry>.AllAsync((cursor, token) => GetAccessLogPageAsync(null, cursor, token), cancellation);

    /// <summary>A page of <see cref="GetAccessLogAsync"/>.</summary>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">That of the page before.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Page<AccessLogEntry>> GetAccessLogPageAsync(
        int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = new Parameters().Add("limit", limit).Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.GetKeypairAccessLog, parameters, ListJson.Default.AccessLogWire, cancellation)
            .ConfigureAwait(false);
        return Page<AccessLogEntry>.Of(answer.Entries, answer.Cursor);
    }

    private IAsyncEnumerable<KeyVersion> VersionsAsync(CancellationToken cancellation) =>
        Page<KeyVersion>.AllAsync(ReadVersionsAsync, cancellation);

    private async Task<Page<KeyVersion>> ReadVersionsAsync(string? cursor, CancellationToken cancellation)
    {
        var parameters = new Parameters().Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.ListKeypairVersions, parameters, ListJson.Default.KeyVersionsWire, cancellation).ConfigureAwait(false);
        return Page<KeyVersion>.Of(answer.Versions, answer.Cursor);
    }
}
