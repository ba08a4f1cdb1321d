namespace AtpKeyserver.Client;

/// <summary>
/// Groups: keys, members, delegates and logs. Changes are not retried, except rotations with an expected version.
/// </summary>
/// <remarks>
/// All methods throw a <see cref="KeyserverException"/>: <see cref="LostAccessException"/> if the account has no access
/// or the group does not exist, <see cref="GoneException"/> if something does not exist or was deleted,
/// <see cref="RefusedTokenException"/>, <see cref="LimitedException"/> or <see cref="UpstreamException"/>.
/// </remarks>
public sealed partial class KeyserverGroups
{
    private readonly XrpcChannel _xrpc;
    private readonly KeyCalls _calls;
    private readonly KeyRing _keys;

    internal KeyserverGroups(XrpcChannel xrpc, KeyCalls calls, KeyRing keys)
    {
        _xrpc = xrpc;
        _calls = calls;
        _keys = keys;
    }

    /// <summary>Composes the id of an account's group.</summary>
    /// <param name="ownerDid">The account.</param>
    /// <param name="name">1–128 characters of <c>A-Z a-z 0-9 . _ : ~ -</c>.</param>
    /// <exception cref="ArgumentException">The name has invalid characters or length.</exception>
    public static string IdOf(string ownerDid, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(ownerDid);
        ArgumentNullException.ThrowIfNull(name);
        return GroupKeyName.IsGroupName(name)
            ? $"{ownerDid}#{name}"
            : throw new ArgumentException(
                $"A group name has 1 to {GroupKeyName.MaxNameLength} characters: A-Z, a-z, 0-9 and any of '._:~-'.",
                nameof(name));
    }

    /// <summary>
    /// Reads the group's key from the server, without caching: alone, or together with other keys that are requested
    /// within <see cref="KeyserverClientOptions.KeyBatchDelay"/>. The owner's first call without a version creates the
    /// group. To encrypt or decrypt, use <see cref="KeyserverClient.Content"/>, which caches keys.
    /// </summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="version"><see langword="null"/>: the active one.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>The key. Dispose it.</returns>
    public async Task<GroupKey> GetKeyAsync(
        string groupId, int? version = null, CancellationToken cancellation = default)
    {
        var key = await _keys.GetGroupKeyAsync(groupId, version, cancellation).ConfigureAwait(false);
        _keys.NoticeVersion(groupId, key.Version);
        return key;
    }

    /// <summary>Lists all versions of the group's key, newest first.</summary>
    /// <remarks>Reads all pages; a page has up to 1,000 versions.</remarks>
    public async Task<IReadOnlyList<KeyVersion>> ListKeyVersionsAsync(
        string groupId, CancellationToken cancellation = default) =>
        await VersionsAsync(groupId, cancellation).ToArrayAsync(cancellation).ConfigureAwait(false);

    /// <summary>Creates a new active version. Old versions stay readable.</summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="expectedVersion">
    /// The version to replace. If set, a failed call is retried and still rotates only once. If not set, the outcome of
    /// a failed call is unknown.
    /// </param>
    /// <param name="reason">Up to 256 characters.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="ConflictException">Another version is active.</exception>
    public async Task<KeyRotation> RotateKeyAsync(
        string groupId, int? expectedVersion = null, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        KeyCalls.RequirePositive(expectedVersion, nameof(expectedVersion));
        try
        {
            return await Rotation.RunAsync(
                _xrpc,
                Nsid.Group + "rotateKey",
                new RotateInput(groupId, expectedVersion, reason),
                token => VersionsAsync(groupId, token),
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            _keys.ForgetGroup(groupId);
        }
    }

    /// <summary>Deletes the group immediately, for all members.</summary>
    public async Task DeleteAsync(string groupId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        try
        {
            await _xrpc.ProcedureAsync(
                Nsid.Group + "delete",
                new GroupInput(groupId),
                ListJson.Default.GroupInput,
                WireJson.Default.StatusResponse,
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            _keys.ForgetGroup(groupId);
        }
    }

    /// <summary>
    /// Lists the groups that the account owns, is a member of or is a delegate of, once for each role. Reads all pages.
    /// </summary>
    public IAsyncEnumerable<GroupInfo> ListAsync(GroupRole? role = null, CancellationToken cancellation = default) =>
        Page<GroupInfo>.AllAsync((cursor, token) => ListPageAsync(role, null, cursor, token), cancellation);

    /// <summary>Reads one page of <see cref="ListAsync"/>.</summary>
    /// <param name="role">Only groups with this role; <see langword="null"/>: all.</param>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">The cursor of the previous page.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public async Task<Page<GroupInfo>> ListPageAsync(
        GroupRole? role = null, int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = new Parameters().Add("role", role?.ToString().ToLowerInvariant()).Add("limit", limit)
            .Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.Group + "listGroups", parameters, ListJson.Default.GroupsResponse, cancellation)
            .ConfigureAwait(false);
        foreach (var group in answer.Groups)
            _keys.NoticeVersion(group.GroupId, group.ActiveVersion);
        return Page<GroupInfo>.Of(answer.Groups, answer.Cursor);
    }

    /// <summary>Lists the reads and changes, newest first, and reads all pages. For the owner.</summary>
    public IAsyncEnumerable<AccessLogEntry> GetAccessLogAsync(
        string groupId, CancellationToken cancellation = default) =>
        Page<AccessLogEntry>.AllAsync(
            (cursor, token) => GetAccessLogPageAsync(groupId, null, cursor, token), cancellation);

    /// <summary>Reads one page of <see cref="GetAccessLogAsync"/>.</summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">The cursor of the previous page.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public async Task<Page<AccessLogEntry>> GetAccessLogPageAsync(
        string groupId, int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = OfGroup(groupId).Add("limit", limit).Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.Group + "getAccessLog", parameters, ListJson.Default.AccessLogResponse, cancellation)
            .ConfigureAwait(false);
        foreach (var entry in answer.Entries.Where(entry => entry.Outcome == "granted"))
            _keys.NoticeVersion(groupId, entry.Version ?? 0);
        return Page<AccessLogEntry>.Of(answer.Entries, answer.Cursor);
    }

    /// <summary>Reads keys with one call. Creates no group.</summary>
    /// <returns>An entry per key, in the same order. Dispose them.</returns>
    internal async Task<IReadOnlyList<GroupKeyEntry>> ReadKeysAsync(
        GroupKeyName[] names, CancellationToken cancellation) =>
        await _calls.GetGroupKeysAsync(names, cancellation).ConfigureAwait(false);

    private static Parameters OfGroup(string groupId)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        return new Parameters().Add("group_id", groupId);
    }

    private IAsyncEnumerable<KeyVersion> VersionsAsync(string groupId, CancellationToken cancellation) =>
        Page<KeyVersion>.AllAsync((cursor, token) => ReadVersionsAsync(groupId, cursor, token), cancellation);

    private async Task<Page<KeyVersion>> ReadVersionsAsync(
        string groupId, string? cursor, CancellationToken cancellation)
    {
        var parameters = OfGroup(groupId).Add("cursor", cursor);
        var call = _xrpc.QueryAsync(
            Nsid.Group + "listKeyVersions", parameters, ListJson.Default.KeyVersionsResponse, cancellation);
        var answer = await _keys.ReadAsync(groupId, call).ConfigureAwait(false);
        foreach (var version in answer.Versions)
            _keys.NoticeVersion(groupId, version.Version);
        return Page<KeyVersion>.Of(answer.Versions, answer.Cursor);
    }
}
