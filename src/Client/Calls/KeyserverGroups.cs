namespace AtpKeyserver.Client;

/// <summary>
/// Groups: their keys, members, delegates and logs. Every change is sent once, unless it names the version that it
/// expects.
/// </summary>
/// <remarks>
/// All methods throw a <see cref="KeyserverException"/>: <see cref="LostAccessException"/> where the account may not
/// (or there is no such group), <see cref="GoneException"/> where something is not there,
/// <see cref="RefusedTokenException"/>, <see cref="LimitedException"/> and <see cref="UpstreamException"/> as their
/// names say.
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

    /// <summary>The id of an account's group.</summary>
    /// <param name="ownerDid">The account.</param>
    /// <param name="name">1–128 characters out of <c>A-Z a-z 0-9 . _ : ~ -</c>.</param>
    /// <exception cref="ArgumentException">The name has other characters, or a wrong length.</exception>
    public static string IdOf(string ownerDid, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(ownerDid);
        ArgumentException.ThrowIfNullOrEmpty(name);
        const int maxLength = 128;
        return name.Length <= maxLength
            && name.All(c => char.IsAsciiLetterOrDigit(c) || "._:~-".Contains(c, StringComparison.Ordinal))
            ? $"{ownerDid}#{name}"
            : throw new ArgumentException(
                $"A group's name is 1 to {maxLength} characters out of A-Z a-z 0-9 . _ : ~ -", nameof(name));
    }

    /// <summary>
    /// The group's key, from the server each time. The owner's first call without a version makes the group. To encrypt
    /// or decrypt, use <see cref="KeyserverClient.Content"/>, which keeps keys.
    /// </summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="version"><see langword="null"/>: the active one.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>To be disposed of.</returns>
    public async Task<GroupKey> GetKeyAsync(
        string groupId, int? version = null, CancellationToken cancellation = default)
    {
        var key = await _keys.ReadAsync(groupId, _calls.GetGroupKeyAsync(groupId, version, cancellation))
            .ConfigureAwait(false);
        _keys.NoticeVersion(groupId, key.Version);
        return key;
    }

    /// <summary>The versions of the group's key, the newest first.</summary>
    /// <remarks>All of them, page after page: the server gives a thousand at a time.</remarks>
    public async Task<IReadOnlyList<KeyVersion>> ListKeyVersionsAsync(
        string groupId, CancellationToken cancellation = default) =>
        await VersionsAsync(groupId, cancellation).ToArrayAsync(cancellation).ConfigureAwait(false);

    /// <summary>Makes a new active version. Old ones stay readable.</summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="expectedVersion">
    /// The version that is to be replaced. With it the call is retried where it failed, and still rotates once; without
    /// it a failure leaves open whether it did.
    /// </param>
    /// <param name="reason">Up to 256 characters.</param>
    /// <param name="cancellation">Gives up.</param>
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
                Nsid.RotateGroupKey,
                new RotateInput(groupId, expectedVersion, reason),
                token => VersionsAsync(groupId, token),
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            _keys.ForgetGroup(groupId);
        }
    }

    /// <summary>The end of the group, at once and for everybody.</summary>
    public async Task DeleteAsync(string groupId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        try
        {
            await _xrpc.ProcedureAsync(
                Nsid.DeleteGroup, new GroupInput(groupId), ListJson.Default.GroupInput, WireJson.Default.StatusWire,
                cancellation)
                .ConfigureAwait(false);
        }
        finally
        {
            _keys.ForgetGroup(groupId);
        }
    }

    /// <summary>The groups that the account owns, reads or helps to run, page after page; once for each role.</summary>
    public IAsyncEnumerable<GroupInfo> ListAsync(GroupRole? role = null, CancellationToken cancellation = default) =>
        Page<GroupInfo>.AllAsync((cursor, token) => ListPageAsync(role, null, cursor, token), cancellation);

    /// <summary>A page of <see cref="ListAsync"/>.</summary>
    /// <param name="role">Only these.</param>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">That of the page before.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Page<GroupInfo>> ListPageAsync(
        GroupRole? role = null, int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = new Parameters().Add("role", role?.ToString().ToLowerInvariant()).Add("limit", limit)
            .Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(Nsid.ListGroups, parameters, ListJson.Default.GroupsWire, cancellation)
            .ConfigureAwait(false);
        foreach (var group in answer.Groups)
            _keys.NoticeVersion(group.GroupId, group.ActiveVersion);
        return Page<GroupInfo>.Of(answer.Groups, answer.Cursor);
    }

    /// <summary>Who read and changed what, the newest first, page after page. For the owner.</summary>
    public IAsyncEnumerable<AccessLogEntry> GetAccessLogAsync(
        string groupId, CancellationToken cancellation = default) =>
        Page<AccessLogEntry>.AllAsync(
            (cursor, token) => GetAccessLogPageAsync(groupId, null, cursor, token), cancellation);

    /// <summary>A page of <see cref="GetAccessLogAsync"/>.</summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">That of the page before.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Page<AccessLogEntry>> GetAccessLogPageAsync(
        string groupId, int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = OfGroup(groupId).Add("limit", limit).Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.GetGroupAccessLog, parameters, ListJson.Default.AccessLogWire, cancellation)
            .ConfigureAwait(false);
        foreach (var entry in answer.Entries.Where(entry => entry.Outcome == "granted"))
            _keys.NoticeVersion(groupId, entry.Version ?? 0);
        return Page<AccessLogEntry>.Of(answer.Entries, answer.Cursor);
    }

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
            Nsid.ListGroupKeyVersions, parameters, ListJson.Default.KeyVersionsWire, cancellation);
        var answer = await _keys.ReadAsync(groupId, call).ConfigureAwait(false);
        foreach (var version in answer.Versions)
            _keys.NoticeVersion(groupId, version.Version);
        return Page<KeyVersion>.Of(answer.Versions, answer.Cursor);
    }
}
