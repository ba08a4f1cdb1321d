namespace AtpKeyserver.Client;

/// <content>Members and delegates.</content>
public sealed partial class KeyserverGroups
{
    /// <summary>The most accounts of <see cref="AddMembersAsync"/> and <see cref="RemoveMembersAsync"/>.</summary>
    public const int MaxMembers = 90;

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

    /// <summary>
    /// Allows up to 90 accounts to read all versions of the key: all, or none if the call fails. Accounts that are
    /// already members stay as they are. For the owner and delegates with <see cref="GroupPermissions.AddMember"/>.
    /// </summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="memberDids">1–90 accounts, each once; not the owner.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>
    /// What changed for each account, in the same order: <see cref="MemberChangeStatus.Added"/> or
    /// <see cref="MemberChangeStatus.Unchanged"/>.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There is no account, more than 90, or one twice. No call was made.
    /// </exception>
    /// <exception cref="ConflictException">An account cannot be added now; the message names it.</exception>
    public async Task<IReadOnlyList<MemberChange>> AddMembersAsync(
        string groupId, IReadOnlyCollection<string> memberDids, CancellationToken cancellation = default) =>
        (await ChangeAsync(
            Nsid.Group + "addMembers", MembersOf(groupId, memberDids), MemberChangeStatus.Added, cancellation)
            .ConfigureAwait(false)).Members;

    /// <summary>
    /// Removes up to 90 members: all, or none if the call fails. They can no longer read the key once this has
    /// returned, but may have kept the versions read so far: rotate to protect new content. Accounts that are not
    /// members stay as they are. For the owner and delegates with <see cref="GroupPermissions.RemoveMember"/>.
    /// </summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>.</param>
    /// <param name="memberDids">1–90 accounts, each once; not the owner. Members may remove themselves.</param>
    /// <param name="rotate">Also rotate the key, in the same transaction, if an account is removed.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="ArgumentException">
    /// There is no account, more than 90, or one twice. No call was made.
    /// </exception>
    public async Task<MembersRemoval> RemoveMembersAsync(
        string groupId, IReadOnlyCollection<string> memberDids, bool rotate = false,
        CancellationToken cancellation = default)
    {
        var input = MembersOf(groupId, memberDids) with { Rotate = rotate ? true : null };
        try
        {
            return await ChangeAsync(
                Nsid.Group + "removeMembers", input, MemberChangeStatus.Removed, cancellation).ConfigureAwait(false);
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

    private static MembersInput MembersOf(string groupId, IReadOnlyCollection<string> memberDids)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        ArgumentNullException.ThrowIfNull(memberDids);
        string[] dids = [.. memberDids];
        if (dids.Length is 0 or > MaxMembers)
            throw new ArgumentException($"A call takes 1 to {MaxMembers} accounts.", nameof(memberDids));
        if (dids.Any(string.IsNullOrEmpty))
            throw new ArgumentException("An account's DID is empty.", nameof(memberDids));
        if (dids.CountBy(did => did, StringComparer.Ordinal).FirstOrDefault(each => each.Value > 1).Key is { } twice)
            throw new ArgumentException($"'{twice}' is in the list twice.", nameof(memberDids));
        return new MembersInput(groupId, dids);
    }

    private static DelegateInput DelegateOf(string groupId, string delegateDid)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        ArgumentException.ThrowIfNullOrEmpty(delegateDid);
        return new DelegateInput(groupId, delegateDid);
    }

    private Task<StatusResponse> ChangeAsync(string nsid, MemberInput input, CancellationToken cancellation) =>
        _xrpc.ProcedureAsync(nsid, input, ListJson.Default.MemberInput, WireJson.Default.StatusResponse, cancellation);

    private async Task<MembersRemoval> ChangeAsync(
        string nsid, MembersInput input, MemberChangeStatus done, CancellationToken cancellation)
    {
        var answer = await _xrpc.ProcedureAsync(
            nsid, input, ListJson.Default.MembersInput, WireJson.Default.MembersChangedResponse, cancellation)
            .ConfigureAwait(false);
        var isComplete = answer.GroupId == input.GroupId
            && answer.Members.Select(each => each?.MemberDid).SequenceEqual(input.MemberDids)
            && answer.Members.All(each => each!.Status == done || each.Status == MemberChangeStatus.Unchanged);
        return isComplete
            ? new MembersRemoval(answer.Members!, answer.NewVersion)
            : throw KeyserverErrors.Unexpected(
                "The server returned other accounts than the requested ones.", change: true);
    }

    private Task<StatusResponse> ChangeAsync(string nsid, DelegateInput input, CancellationToken cancellation) =>
        _xrpc.ProcedureAsync(nsid, input, ListJson.Default.DelegateInput, WireJson.Default.StatusResponse,
            cancellation);
}
