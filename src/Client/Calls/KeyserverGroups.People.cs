namespace AtpKeyserver.Client;

/// <content>Members and delegates.</content>
public sealed partial class KeyserverGroups
{
    /// <summary>
    /// Lets somebody read the key, all versions of it. For the owner and delegates with
    /// <see cref="GroupPermissions.AddMember"/>.
    /// </summary>
    /// <exception cref="ConflictException">A member, or the owner, already.</exception>
    public Task AddMemberAsync(string groupId, string memberDid, CancellationToken cancellation = default) =>
        ChangeAsync(Nsid.AddMember, MemberOf(groupId, memberDid), cancellation);

    /// <summary>
    /// Takes the access away: once this has returned, no key is handed out to that member. What the member has read
    /// already it has: rotate, so that new content is out of reach.
    /// </summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="memberDid">Whom. A member may remove itself.</param>
    /// <param name="rotate">Also make a new version, in the same step.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The new active version, if <paramref name="rotate"/>.</returns>
    public async Task<int?> RemoveMemberAsync(
        string groupId, string memberDid, bool rotate = false, CancellationToken cancellation = default)
    {
        var input = MemberOf(groupId, memberDid) with { Rotate = rotate ? true : null };
        try
        {
            var answer = await _xrpc.ProcedureAsync(
                Nsid.RemoveMember, input, ListJson.Default.MemberInput, WireJson.Default.RemovedWire, cancellation)
                    .ConfigureAwait(false);
            return answer.NewVersion;
        }
        finally
        {
            // A rotation, or the account's own access.
            _keys.ForgetGroup(groupId);
        }
    }

    /// <summary>The members, page after page. For the owner and delegates.</summary>
    public IAsyncEnumerable<GroupMember> ListMembersAsync(string groupId, CancellationToken cancellation = default) =>
        Page<GroupMember>.AllAsync((cursor, token) => ListMembersPageAsync(groupId, null, cursor, token), cancellation);

    /// <summary>A page of <see cref="ListMembersAsync"/>.</summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">That of the page before.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Page<GroupMember>> ListMembersPageAsync(
        string groupId, int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = OfGroup(groupId).Add("limit", limit).Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(Nsid.ListMembers, parameters, ListJson.Default.MembersWire, cancellation)
            .ConfigureAwait(false);
        return Page<GroupMember>.Of(answer.Members, answer.Cursor);
    }

    /// <summary>
    /// Gives somebody rights over the group, in place of those it had. The key is not among them. For the owner.
    /// </summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="delegateDid">Whom.</param>
    /// <param name="permissions">At least one.</param>
    /// <param name="expiresAt">From when on it has none; <see langword="null"/>: never.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task AddDelegateAsync(
        string groupId,
        string delegateDid,
        GroupPermissions permissions,
        DateTimeOffset? expiresAt = null,
        CancellationToken cancellation = default)
    {
        if (permissions == GroupPermissions.None)
            throw new ArgumentException("A delegate has at least one permission.", nameof(permissions));
        return ChangeAsync(
            Nsid.AddDelegate,
            DelegateOf(groupId, delegateDid) with { Permissions = permissions, ExpiresAt = expiresAt }, cancellation);
    }

    /// <summary>Takes all rights away. For the owner; a delegate may remove itself.</summary>
    public Task RemoveDelegateAsync(string groupId, string delegateDid, CancellationToken cancellation = default) =>
        ChangeAsync(Nsid.RemoveDelegate, DelegateOf(groupId, delegateDid), cancellation);

    /// <summary>
    /// Who has rights over the group, page after page; expired ones too, until they are removed. For the owner.
    /// </summary>
    public IAsyncEnumerable<GroupDelegate> ListDelegatesAsync(
        string groupId, CancellationToken cancellation = default) =>
        Page<GroupDelegate>.AllAsync(
            (cursor, token) => ListDelegatesPageAsync(groupId, null, cursor, token), cancellation);

    /// <summary>A page of <see cref="ListDelegatesAsync"/>.</summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">That of the page before.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Page<GroupDelegate>> ListDelegatesPageAsync(
        string groupId, int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = OfGroup(groupId).Add("limit", limit).Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.ListDelegates, parameters, ListJson.Default.DelegatesWire, cancellation).ConfigureAwait(false);
        return Page<GroupDelegate>.Of(answer.Delegates, answer.Cursor);
    }

    private static MemberInput MemberOf(string groupId, string memberDid)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        ArgumentException.ThrowIfNullOrEmpty(memberDid);
        return new MemberInput(groupId, memberDid);
    }

    private static DelegateInput DelegateOf(string groupId, string delegateDid)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        ArgumentException.ThrowIfNullOrEmpty(delegateDid);
        return new DelegateInput(groupId, delegateDid);
    }

    private Task<StatusWire> ChangeAsync(string nsid, MemberInput input, CancellationToken cancellation) =>
        _xrpc.ProcedureAsync(nsid, input, ListJson.Default.MemberInput, WireJson.Default.StatusWire, cancellation);

    private Task<StatusWire> ChangeAsync(string nsid, DelegateInput input, CancellationToken cancellation) =>
        _xrpc.ProcedureAsync(nsid, input, ListJson.Default.DelegateInput, WireJson.Default.StatusWire, cancellation);
}
