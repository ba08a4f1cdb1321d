using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace AtpKeyserver.Groups.Access;

/// <summary>
/// Finds an account's role in a group. The head is read after the call began, and the account's row after the head. So
/// a change that is conditional on that head fails if the account loses its role before the commit.
/// </summary>
public sealed class GroupRoles(GroupTable groups, GroupReader reader, KeyserverMetrics metrics) : IDisposable
{
    private const int MaxReads = 5;

    private static readonly TimeSpan MembershipCacheTime = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _members = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    /// <summary>
    /// The group (null if there is none) and the caller's role. A membership is cached with the id of the change that
    /// wrote the head, and counts only while the head still has that id: a deletion of rows can repeat epochs and
    /// incarnations, but not the random change id.
    /// </summary>
    public Task<(Group? Group, CallerRole Role)> FindAsync(GroupId id, Did caller, CancellationToken cancellation) =>
        RereadAsync<(Group?, CallerRole)>(async () =>
        {
            var group = await reader.ReadAsync(id, cancellation);
            if (caller == id.Owner)
                return (RowAge.Current, (group, CallerRole.Owner));
            var isCached = group is not null && IsCachedMember(group, caller);
            metrics.CacheLookedUp("memberships", isCached);
            if (isCached)
                return (RowAge.Current, (group, CallerRole.Member));

            var member = await groups.ReadMemberAsync(id, caller, group?.Key, cancellation);
            if (group is null || member is null)
                return (RowAge.Current, (group, CallerRole.Stranger));
            var age = member.AgeUnder(group.Head);
            if (age == RowAge.Current)
                CacheMember(group, caller);
            return (age, (group, age == RowAge.Current ? CallerRole.Member : CallerRole.Stranger));
        });

    /// <summary>
    /// The group (null if there is none) and the caller's delegate row, expired or not; null for the owner and a former
    /// delegate.
    /// </summary>
    public Task<(Group? Group, GroupDelegate? By)> FindDelegateAsync(
        GroupId id, Did caller, CancellationToken cancellation) =>
        RereadAsync<(Group?, GroupDelegate?)>(async () =>
        {
            var group = await reader.ReadAsync(id, cancellation);
            if (caller == id.Owner)
                return (RowAge.Current, (group, null));
            var row = await groups.ReadDelegateAsync(id, caller, group?.Key, cancellation);
            if (group is null || row is not { IsFormer: false })
                return (RowAge.Current, (group, null));
            var age = row.AgeUnder(group.Head);
            return (age, (group, age == RowAge.Current ? row : null));
        });

    /// <summary>
    /// The group that an account's index row names, if the account still has that role; a delegate keeps it after its
    /// rights have expired.
    /// </summary>
    /// <param name="partition">The partition key of the group.</param>
    /// <param name="account">The account of the index row.</param>
    /// <param name="role">One of <see cref="Memberships"/>.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public Task<GroupOfAccount?> ConfirmAsync(
        string partition, Did account, string role, CancellationToken cancellation) =>
        RereadAsync(async () =>
        {
            if (await reader.ReadAsync(partition, cancellation) is not { } group)
                return (RowAge.Current, null);
            GroupDelegate? rights = null;
            var age = role switch
            {
                Memberships.Owner => account == group.Id.Owner ? RowAge.Current : RowAge.Leftover,
                Memberships.Member =>
                    (await groups.ReadMemberAsync(group.Id, account, group.Key, cancellation))?.AgeUnder(group.Head),
                Memberships.Delegate =>
                    (rights = await groups.ReadDelegateAsync(group.Id, account, group.Key, cancellation))
                        is { IsFormer: false }
                        ? rights.AgeUnder(group.Head)
                        : RowAge.Leftover,
                _ => throw TamperedException.At(Tables.MembershipsName, "a row has an unknown role"),
            };
            return (age ?? RowAge.Leftover, age == RowAge.Current ? new GroupOfAccount(group, role, rights) : null);
        });

    /// <summary>
    /// The member, unless its row is a leftover of an earlier incarnation. Reads the row even if there is no group.
    /// </summary>
    public async Task<GroupMember?> FindMemberRowAsync(
        GroupId id, Group? group, Did member, CancellationToken cancellation) =>
        await groups.ReadMemberAsync(id, member, group?.Key, cancellation) is { } found
        && found.Incarnation == group!.Head.Incarnation
            ? found
            : null;

    /// <summary>The delegate or former delegate, unless its row is a leftover of an earlier incarnation.</summary>
    public async Task<GroupDelegate?> FindDelegateRowAsync(Group group, Did account, CancellationToken cancellation) =>
        await groups.ReadDelegateAsync(group.Id, account, group.Key, cancellation) is { } found
        && found.Incarnation == group.Head.Incarnation
            ? found
            : null;

    /// <summary>
    /// Whether the group still exists, after a row was not found. A group being deleted loses its rows: then the group
    /// is what is missing, and the caller must start over.
    /// </summary>
    public async Task<bool> StillExistsAsync(Group group, CancellationToken cancellation) =>
        (await reader.ReadAsync(group.Id, cancellation))?.Head.Incarnation == group.Head.Incarnation;

    public void Dispose() => _members.Dispose();

    /// <summary>Reads a head and a row; both again while the row is newer than the head.</summary>
    private async Task<T> RereadAsync<T>(Func<Task<(RowAge Age, T Found)>> read)
    {
        for (var attempt = 0; attempt < MaxReads; attempt++)
        {
            var (age, found) = await read();
            if (age != RowAge.NewerThanHead)
                return found;
        }

        throw TamperedException.At(groups.Table.Name, "a row is newer than the head of its group");
    }

    private bool IsCachedMember(Group group, Did caller) =>
        _members.TryGetValue((group.Id, caller), out string? seenAt) && seenAt == group.Head.ChangeId;

    private void CacheMember(Group group, Did caller) => _members.Set(
        (group.Id, caller),
        group.Head.ChangeId,
        new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = MembershipCacheTime });
}
