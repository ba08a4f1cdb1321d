namespace AtpKeyserver.Client;

/// <content>Members and delegates.</content>
public sealed partial class KeyserverGroups
{
    /// <summary>
    /// Allows an account to read all versions of the key. For the owner and delegates with
    /// <see cref="GroupPermissions.AddMember"/>.
    /// </summary>
    /// <exception cref="ConflictException">The account is already a member or the owner.</exception>
    public Task AddMemberAsync(string groupId, string memberDid, CancellationToken cancellation = default) =>
        ChangeAsync(Nsid.Group + "addMember", MemberOf(groupId, memberDid), cancellation);

    /// <summary>
    /// Removes a member, who can no longer read the key once this has returned. The member may have kept the versions
    /// read so far: rotate to protect new content.
    /// </summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="memberDid">The member. Members may remove themselves.</param>
    /// <param name="rotate">Also rotate the key, in the same transaction.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>The new active version, if <paramref name="rotate"/>.</returns>
    public async Task<int?> RemoveMemberAsync(
        string groupId, string memberDid, bool rotate = false, CancellationToken cancellation = default)
    {
        var input = MemberOf(groupId, memberDid) with { Rotate = rotate ? true : null };
        try
        {
            var answer = await _xrpc.ProcedureAsync(
                Nsid.Group + "removeMember",
                input,
                ListJson.Default.MemberInput,
                WireJson.Default.RemovedResponse,
                cancellation).ConfigureAwait(false);
            return answer.NewVersion;
        }
        finally
        {
            // The key was rotated, or the account removed itself.
            _keys.ForgetGroup(groupId);
        }
    }

    /// <summary>Lists the members and reads all pages. For the owner and delegates.</summary>
    public IAsyncEnumerable<GroupMember> ListMembersAsync(string groupId, CancellationToken cancellation = default) =>
        Page<GroupMember>.AllAsync((cursor, token) => ListMembersPageAsync(groupId, null, cursor, token), cancellation);

    /// <summary>Reads one page of <see cref="ListMembersAsync"/>.</summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">The cursor of the previous page.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public async Task<Page<GroupMember>> ListMembersPageAsync(
        string groupId, int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = OfGroup(groupId).Add("limit", limit).Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.Group + "listMembers", parameters, ListJson.Default.MembersResponse, cancellation)
            .ConfigureAwait(false);
        return Page<GroupMember>.Of(answer.Members, answer.Cursor);
    }

    /// <summary>
    /// Adds a delegate, or replaces the permissions of an existing one. A delegate cannot read the key. For the owner.
    /// </summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="delegateDid">The delegate.</param>
    /// <param name="permissions">At least one.</param>
    /// <param name="expiresAt">When the permissions end; <see langword="null"/>: never.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public Task AddDelegateAsync(
        string groupId,
        string delegateDid,
        GroupPermissions permissions,
        DateTimeOffset? expiresAt = null,
        CancellationToken cancellation = default)
    {
        if (permissions == GroupPermissions.None)
            throw new ArgumentException("A delegate needs at least one permission.", nameof(permissions));
        return ChangeAsync(
            Nsid.Group + "addDelegate",
            DelegateOf(groupId, delegateDid) with { Permissions = permissions, ExpiresAt = expiresAt }, cancellation);
    }

    /// <summary>Removes a delegate. For the owner; delegates may remove themselves.</summary>
    public Task RemoveDelegateAsync(string groupId, string delegateDid, CancellationToken cancellation = default) =>
        ChangeAsync(Nsid.Group + "removeDelegate", DelegateOf(groupId, delegateDid), cancellation);

    /// <summary>Lists the delegates, including expired ones, and reads all pages. For the owner.</summary>
    public IAsyncEnumerable<GroupDelegate> ListDelegatesAsync(
        string groupId, CancellationToken cancellation = default) =>
        Page<GroupDelegate>.AllAsync(
            (cursor, token) => ListDelegatesPageAsync(groupId, null, cursor, token), cancellation);

    /// <summary>Reads one page of <see cref="ListDelegatesAsync"/>.</summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="limit">1–100.</param>
    /// <param name="cursor">The cursor of the previous page.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public async Task<Page<GroupDelegate>> ListDelegatesPageAsync(
        string groupId, int? limit = null, string? cursor = null, CancellationToken cancellation = default)
    {
        var parameters = OfGroup(groupId).Add("limit", limit).Add("cursor", cursor);
        var answer = await _xrpc.QueryAsync(
            Nsid.Group + "listDelegates", parameters, ListJson.Default.DelegatesResponse, cancellation)
            .ConfigureAwait(false);
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

    private Task<StatusResponse> ChangeAsync(string nsid, MemberInput input, CancellationToken cancellation) =>
        _xrpc.ProcedureAsync(nsid, input, ListJson.Default.MemberInput, WireJson.Default.StatusResponse, cancellation);

    private Task<StatusResponse> ChangeAsync(string nsid, DelegateInput input, CancellationToken cancellation) =>
        _xrpc.ProcedureAsync(nsid, input, ListJson.Default.DelegateInput, WireJson.Default.StatusResponse,
            cancellation);
}
