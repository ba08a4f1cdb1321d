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

/// <summary>How every operation on a group begins: who is the caller to it, and, for those who are nothing to it, the refusal.</summary>
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

    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _members = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    /// <summary>Concurrent callers share the reading of a head and its verification, too.</summary>
    private readonly CoalescedReads<GroupId, Group?> _groups =
        new((id, cancellation) => FindNowAsync(groups, accounts, keyring, id, cancellation));

    /// <summary>
    /// The group (null where there is none) and what the caller is to it. The head is read after the call arrived. A membership that was found is
    /// remembered together with the change that wrote that head, and counts only with a head of that very change: epochs and incarnations may
    /// come again where somebody deletes rows, the random id of a change does not.
    /// </summary>
    public async Task<(Group? Group, CallerRole Role)> EnterAsync(GroupId id, Did caller, CancellationToken cancellation)
    {
        for (var read = 0; read < Rereads; read++)
        {
            var group = await _groups.ReadAsync(id, cancellation);
            if (caller == id.Owner)
                return (group, CallerRole.Owner);
            var isRemembered = group is not null && IsRemembered(group, caller);
            metrics.LookedUp("memberships", isRemembered);
            if (isRemembered)
                return (group, CallerRole.Member);

            var row = await groups.ReadMemberAsync(id, caller, cancellation);
            if (group is null)
                return (null, CallerRole.Stranger);
            if (row is null)
                return (group, CallerRole.Stranger);
            var member = GroupMember.Verify(row, group.Key);
            switch (Counts(member.Incarnation, member.Epoch, group.Head))
            {
                case false:
                    return (group, CallerRole.Stranger);
                case true:
                    Remember(group, caller);
                    return (group, CallerRole.Member);
            }
        }

        throw TooNew();
    }

    /// <summary>The group of a caller who owns it; everybody else is refused.</summary>
    public async Task<Group> EnterAsOwnerAsync(GroupId id, AccessEvent asked, CancellationToken cancellation)
    {
        var (group, role) = await EnterAsync(id, asked.By.Did, cancellation);
        if (role != CallerRole.Owner)
            throw await RefuseAsync(group, asked, hasRole: role == CallerRole.Member, cancellation);
        return group ?? throw NotFound();
    }

    /// <summary>The group of a caller who may do this with it; everybody else is refused.</summary>
    /// <param name="id">The group.</param>
    /// <param name="asked">What is asked for, and by whom.</param>
    /// <param name="needed">What a delegate needs for it; nothing, where every delegate may.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The group, and the delegate; null for the owner.</returns>
    public async Task<(Group Group, GroupDelegate? By)> EnterAsync(
        GroupId id, AccessEvent asked, Permissions needed, CancellationToken cancellation)
    {
        var (group, by) = await EnterAsDelegateAsync(id, asked.By.Did, cancellation);
        if (!May(id, asked.By.Did, by, needed))
            throw await RefuseAsync(group, asked, hasRole: by is not null, cancellation);
        return (group ?? throw NotFound(), by);
    }

    /// <summary>Whether this account, the owner or such a delegate, may do what needs these permissions; asked anew for each use.</summary>
    public bool May(GroupId id, Did account, GroupDelegate? by, Permissions needed) =>
        account == id.Owner || by?.May(needed, clock.GetUtcNow()) == true;

    /// <summary>
    /// The group (null where there is none) and the caller's row as a delegate, expired or not; null for the owner and a former delegate. The
    /// head is read after the call arrived, and the row after the head. A change rests on that head, so it fails when the delegate was
    /// removed meanwhile.
    /// </summary>
    public async Task<(Group? Group, GroupDelegate? By)> EnterAsDelegateAsync(GroupId id, Did caller, CancellationToken cancellation)
    {
        for (var read = 0; read < Rereads; read++)
        {
            var group = await _groups.ReadAsync(id, cancellation);
            if (caller == id.Owner)
                return (group, null);
            var row = await groups.ReadDelegateAsync(id, caller, cancellation);
            if (group is null || row is null || GroupDelegate.Verify(row, group.Key) is not { IsFormer: false } found)
                return (group, null);
            if (Counts(found.Incarnation, found.Epoch, group.Head) is { } counts)
                return (group, counts ? found : null);
        }

        throw TooNew();
    }

    /// <summary>
    /// The group that an account's index row names, if the account still is to it what the row says; a delegate is one also after its rights have
    /// expired.
    /// </summary>
    /// <param name="partition">The partition key of the group.</param>
    /// <param name="account">Whose index row.</param>
    /// <param name="role">One of <see cref="Memberships"/>.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<GroupOfAccount?> ConfirmAsync(string partition, Did account, string role, CancellationToken cancellation)
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
                        ? Counts(member.Incarnation, member.Epoch, group.Head)
                        : false,
                Memberships.Delegate => await groups.ReadDelegateAsync(group.Id, account, cancellation) is { } row
                    && (rights = GroupDelegate.Verify(row, group.Key)) is { IsFormer: false }
                        ? Counts(rights.Incarnation, rights.Epoch, group.Head)
                        : false,
                _ => throw TamperedException.At("memberships", "a row is of a role that there is not"),
            };
            if (counts is not null)
                return counts.Value ? new GroupOfAccount(group, role, rights) : null;
        }

        throw TooNew();
    }

    /// <summary>The member, if its row counts: one of an earlier incarnation is a leftover. Read also where there is no group.</summary>
    public async Task<GroupMember?> FindMemberAsync(GroupId id, Group? group, Did member, CancellationToken cancellation)
    {
        var row = await groups.ReadMemberAsync(id, member, cancellation);
        if (row is null || group is null)
            return null;
        var found = GroupMember.Verify(row, group.Key);
        return found.Incarnation == group.Head.Incarnation ? found : null;
    }

    /// <summary>The delegate or former delegate, if its row counts.</summary>
    public async Task<GroupDelegate?> FindDelegateAsync(Group group, Did account, CancellationToken cancellation)
    {
        if (await groups.ReadDelegateAsync(group.Id, account, cancellation) is not { } row)
            return null;
        var found = GroupDelegate.Verify(row, group.Key);
        return found.Incarnation == group.Head.Incarnation ? found : null;
    }

    /// <summary>
    /// Whether a row that was not found after this head had been read was missing. A group that is deleted loses its rows: then it is the group that
    /// is missing, and who asks has to begin again.
    /// </summary>
    public async Task<bool> StillExistsAsync(Group group, CancellationToken cancellation) =>
        (await _groups.ReadAsync(group.Id, cancellation))?.Head.Incarnation == group.Head.Incarnation;

    /// <summary>Records the refusal; the answer is the same for a group that does not exist.</summary>
    /// <param name="group">Null where there is none.</param>
    /// <param name="refused">What was asked for, and by whom.</param>
    /// <param name="hasRole">Whether this call found the caller to be a member or delegate: the log names nobody
    /// else.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="RateLimitExceededException">The caller was refused too often; nothing is recorded.</exception>
    public async Task<KeyserverException> RefuseAsync(
        Group? group, AccessEvent refused, bool hasRole, CancellationToken cancellation)
    {
        limits.TakeDenial(refused.By.Did);
        await log.WriteDeniedAsync(refused, hasRole, group?.Key, cancellation);
        return new KeyserverException(ErrorName.Forbidden, "The group does not exist, or you have no access to it.");
    }

    public static KeyserverException NotFound() => new(ErrorName.GroupNotFound, "You have no group of this name.");

    public void Dispose() => _members.Dispose();

    /// <summary>
    /// Whether a row counts under this head: not if it is a leftover of an earlier incarnation. Null where the row was written after the head
    /// was read: only a newer head can say whether it still stands.
    /// </summary>
    private static bool? Counts(int incarnation, long epoch, GroupHead head) =>
        incarnation < head.Incarnation ? false : incarnation == head.Incarnation && epoch <= head.Epoch ? true : null;

    private TamperedException TooNew() => TamperedException.At(groups.Table.Name, "a row is newer than the head of its group");

    /// <summary>A group by its partition key, which an index row holds: the id in the head is the one that hashes to it.</summary>
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
            // A stranger must not learn from the work that there is no such group: the owner's key is looked up as for one that exists.
            await accounts.EqualizeTimingAsync(id.Owner, cancellation);
            return null;
        }

        return await OpenAsync(accounts, id, row, cancellation);
    }

    /// <summary>Null where the head is of an account that was deleted since.</summary>
    private static async Task<Group?> OpenAsync(AccountKeys accounts, GroupId id, TableEntity row, CancellationToken cancellation)
    {
        var key = await accounts.FindAsync(id.Owner, UnverifiedColumns.GenerationOf(row, GroupHead.Table), cancellation);
        return key is null ? null : new Group(id, GroupHead.Verify(row, key), key);
    }

    private bool IsRemembered(Group group, Did caller) =>
        _members.TryGetValue((group.Id, caller), out string? seenAt) && seenAt == group.Head.ChangeId;

    private void Remember(Group group, Did caller) => _members.Set(
        (group.Id, caller),
        group.Head.ChangeId,
        new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = RememberedFor });
}
