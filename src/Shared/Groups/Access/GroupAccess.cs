using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Caching.Memory;

namespace AtpKeyserver.Groups.Access;

/// <summary>The access check of every group operation: finds the caller's role, or denies the call.</summary>
public sealed class GroupAccess(
    GroupTable groups,
    AccountKeys accounts,
    Keyring keyring,
    AccessLogWriter log,
    RateLimits limits,
    TimeProvider clock,
    KeyserverMetrics metrics) : IDisposable
{
    private const int Rereads = 5;

    private static readonly TimeSpan MembershipCacheTime = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _members = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    /// <summary>Concurrent callers share both the read of a head and its verification.</summary>
    private readonly CoalescedReads<GroupId, Group?> _groups =
        new((id, cancellation) => FindNowAsync(groups, accounts, keyring, id, cancellation));

    /// <summary>
    /// The group (null if there is none) and the caller's role. The head is read after the call began. A membership is
    /// cached with the id of the change that wrote the head, and counts only while the head still has that id: a
    /// deletion of rows can repeat epochs and incarnations, but not the random change id.
    /// </summary>
    public async Task<(Group? Group, CallerRole Role)> EnterAsync(
        GroupId id, Did caller, CancellationToken cancellation)
    {
        for (var read = 0; read < Rereads; read++)
        {
            var group = await _groups.ReadAsync(id, cancellation);
            if (caller == id.Owner)
                return (group, CallerRole.Owner);
            var isCached = group is not null && IsCachedMember(group, caller);
            metrics.CacheLookedUp("memberships", isCached);
            if (isCached)
                return (group, CallerRole.Member);

            var row = await groups.ReadMemberAsync(id, caller, cancellation);
            if (group is null)
                return (null, CallerRole.Stranger);
            if (row is null)
                return (group, CallerRole.Stranger);
            var member = GroupMember.Verify(row, group.Key);
            switch (IsValid(member.Incarnation, member.Epoch, group.Head))
            {
                case false:
                    return (group, CallerRole.Stranger);
                case true:
                    CacheMember(group, caller);
                    return (group, CallerRole.Member);
            }
        }

        throw NewerThanHead();
    }

    /// <summary>The group, if the caller owns it; all other callers are denied.</summary>
    public async Task<Group> EnterAsOwnerAsync(GroupId id, AccessEvent requested, CancellationToken cancellation)
    {
        var (group, role) = await EnterAsync(id, requested.By.Did, cancellation);
        if (role != CallerRole.Owner)
            throw await RefuseAsync(group, requested, hasRole: role == CallerRole.Member, cancellation);
        return group ?? throw NotFound();
    }

    /// <summary>The group, if the caller has the permissions; all other callers are denied.</summary>
    /// <param name="id">The group.</param>
    /// <param name="requested">The requested action and the caller.</param>
    /// <param name="needed">The permissions that a delegate needs; none if every delegate is allowed.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The group, and the caller's delegate row; null for the owner.</returns>
    public async Task<(Group Group, GroupDelegate? By)> EnterAsync(
        GroupId id, AccessEvent requested, Permissions needed, CancellationToken cancellation)
    {
        var (group, by) = await EnterAsDelegateAsync(id, requested.By.Did, cancellation);
        if (!May(id, requested.By.Did, by, needed))
            throw await RefuseAsync(group, requested, hasRole: by is not null, cancellation);
        return (group ?? throw NotFound(), by);
    }

    /// <summary>
    /// Whether the account is the owner or a delegate with these permissions. Checked for each use, since permissions
    /// expire.
    /// </summary>
    public bool May(GroupId id, Did account, GroupDelegate? by, Permissions needed) =>
        account == id.Owner || by?.May(needed, clock.GetUtcNow()) == true;

    /// <summary>
    /// The group (null if there is none) and the caller's delegate row, expired or not; null for the owner and a former
    /// delegate. The head is read after the call began, and the row after the head. A change is conditional on that
    /// head, so it fails if the delegate was removed meanwhile.
    /// </summary>
    public async Task<(Group? Group, GroupDelegate? By)> EnterAsDelegateAsync(
        GroupId id, Did caller, CancellationToken cancellation)
    {
        for (var read = 0; read < Rereads; read++)
        {
            var group = await _groups.ReadAsync(id, cancellation);
            if (caller == id.Owner)
                return (group, null);
            var row = await groups.ReadDelegateAsync(id, caller, cancellation);
            if (group is null || row is null || GroupDelegate.Verify(row, group.Key) is not { IsFormer: false } found)
                return (group, null);
            if (IsValid(found.Incarnation, found.Epoch, group.Head) is { } counts)
                return (group, counts ? found : null);
        }

        throw NewerThanHead();
    }

    /// <summary>
    /// The group that an account's index row names, if the account still has that role; a delegate keeps it after its
    /// rights have expired.
    /// </summary>
    /// <param name="partition">The partition key of the group.</param>
    /// <param name="account">The account of the index row.</param>
    /// <param name="role">One of <see cref="Memberships"/>.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<GroupOfAccount?> ConfirmAsync(
        string partition, Did account, string role, CancellationToken cancellation)
    {
        for (var read = 0; read < Rereads; read++)
        {
            if (await FindAsync(partition, cancellation) is not { } group)
                return null;
            GroupDelegate? rights = null;
            var counts = role switch
            {
                Memberships.Owner => account == group.Id.Owner,
                Memberships.Member => await groups.ReadMemberAsync(group.Id, account, cancellation) is { } row
                    && GroupMember.Verify(row, group.Key) is var member
                        ? IsValid(member.Incarnation, member.Epoch, group.Head)
                        : false,
                Memberships.Delegate => await groups.ReadDelegateAsync(group.Id, account, cancellation) is { } row
                    && (rights = GroupDelegate.Verify(row, group.Key)) is { IsFormer: false }
                        ? IsValid(rights.Incarnation, rights.Epoch, group.Head)
                        : false,
                _ => throw TamperedException.At("memberships", "a row has an unknown role"),
            };
            if (counts is not null)
                return counts.Value ? new GroupOfAccount(group, role, rights) : null;
        }

        throw NewerThanHead();
    }

    /// <summary>
    /// The member, unless its row is a leftover of an earlier incarnation. Reads the row even if there is no group.
    /// </summary>
    public async Task<GroupMember?> FindMemberAsync(
        GroupId id, Group? group, Did member, CancellationToken cancellation)
    {
        var row = await groups.ReadMemberAsync(id, member, cancellation);
        if (row is null || group is null)
            return null;
        var found = GroupMember.Verify(row, group.Key);
        return found.Incarnation == group.Head.Incarnation ? found : null;
    }

    /// <summary>The delegate or former delegate, unless its row is a leftover of an earlier incarnation.</summary>
    public async Task<GroupDelegate?> FindDelegateAsync(Group group, Did account, CancellationToken cancellation)
    {
        if (await groups.ReadDelegateAsync(group.Id, account, cancellation) is not { } row)
            return null;
        var found = GroupDelegate.Verify(row, group.Key);
        return found.Incarnation == group.Head.Incarnation ? found : null;
    }

    /// <summary>
    /// Whether the group still exists, after a row was not found. A group being deleted loses its rows: then the group
    /// is what is missing, and the caller must start over.
    /// </summary>
    public async Task<bool> StillExistsAsync(Group group, CancellationToken cancellation) =>
        (await _groups.ReadAsync(group.Id, cancellation))?.Head.Incarnation == group.Head.Incarnation;

    /// <summary>Records the denied call. The error is the same if the group does not exist.</summary>
    /// <param name="group">Null if there is none.</param>
    /// <param name="denied">The denied action and the caller.</param>
    /// <param name="hasRole">Whether the caller is a member or delegate: the log names nobody else.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="RateLimitExceededException">The caller was denied too often; nothing is recorded.</exception>
    public async Task<KeyserverException> RefuseAsync(
        Group? group, AccessEvent denied, bool hasRole, CancellationToken cancellation)
    {
        limits.TakeDenial(denied.By.Did);
        await log.WriteDeniedAsync(denied, hasRole, group?.Key, cancellation);
        return new KeyserverException(ErrorName.Forbidden, "The group does not exist, or you have no access to it.");
    }

    public static KeyserverException NotFound() => new(ErrorName.GroupNotFound, "You have no group of this name.");

    public void Dispose() => _members.Dispose();

    /// <summary>
    /// Whether a row is valid under this head: false for a leftover of an earlier incarnation. Null if the row was
    /// written after the head was read: then the head must be read again.
    /// </summary>
    private static bool? IsValid(int incarnation, long epoch, GroupHead head) =>
        incarnation < head.Incarnation ? false : incarnation == head.Incarnation && epoch <= head.Epoch ? true : null;

    private TamperedException NewerThanHead() =>
        TamperedException.At(groups.Table.Name, "a row is newer than the head of its group");

    /// <summary>
    /// A group by its partition key, as stored in an index row. The id in the head must hash to this key.
    /// </summary>
    public async Task<Group?> FindAsync(string partition, CancellationToken cancellation)
    {
        if (await groups.ReadHeadAsync(partition, cancellation) is not { } row)
            return null;
        if (!GroupHead.IsActive(row))
        {
            GroupTombstone.Verify(row, await keyring.RootAsync(cancellation));
            return null;
        }

        if (!GroupId.TryParse(GroupHead.UnverifiedId(row), allowLocalhost: true, out var id)
            || await groups.PartitionOfAsync(id, cancellation) != partition)
            throw TamperedException.At(groups.Table.Name, "a head names another group");
        return await OpenAsync(accounts, id, row, cancellation);
    }

    private static async Task<Group?> FindNowAsync(
        GroupTable groups, AccountKeys accounts, Keyring keyring, GroupId id, CancellationToken cancellation)
    {
        var row = await groups.ReadHeadAsync(id, cancellation);
        if (row is null || !GroupHead.IsActive(row))
        {
            if (row is not null)
                GroupTombstone.Verify(row, await keyring.RootAsync(cancellation));
            // Timing must not tell a stranger that the group does not exist, so the owner's key is looked up here, too.
            await accounts.EqualizeTimingAsync(id.Owner, cancellation);
            return null;
        }

        return await OpenAsync(accounts, id, row, cancellation);
    }

    /// <summary>Null if the owner's account was deleted since.</summary>
    private static async Task<Group?> OpenAsync(
        AccountKeys accounts, GroupId id, TableEntity row, CancellationToken cancellation)
    {
        var key = await accounts.FindAsync(
            id.Owner, UnverifiedColumns.GenerationOf(row, GroupHead.Table), cancellation);
        return key is null ? null : new Group(id, GroupHead.Verify(row, key), key);
    }

    private bool IsCachedMember(Group group, Did caller) =>
        _members.TryGetValue((group.Id, caller), out string? seenAt) && seenAt == group.Head.ChangeId;

    private void CacheMember(Group group, Did caller) => _members.Set(
        (group.Id, caller),
        group.Head.ChangeId,
        new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = MembershipCacheTime });
}
