using AtpKeyserver.Accounts;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Checks whether an account may be added to a group now.</summary>
/// <remarks>
/// <para>An account that is being deleted, or was deleted less than two hours ago, cannot be added. Its tombstone is
/// read only if <see cref="RecentDeletionTable"/> has the account. The order matters:
/// this check runs before the index row is written, and the last sweep of the account runs after every request has
/// ended that passed it before the deletion (<c>DeletionTable.Grace</c>). So either the addition sees the
/// deletion, or the sweep sees the addition.</para>
/// <para>A member that left cannot be added for 30 days. Its departure row is read after the head, and leaving
/// changes the head: a concurrent addition fails on the head's ETag and checks again.</para>
/// </remarks>
public sealed class AdditionRules(
    AccountTable accounts,
    RecentDeletionTable deletions,
    GroupTable groups,
    PartitionKeys partitions,
    TimeProvider clock)
{
    /// <exception cref="KeyserverException">MemberUnavailable.</exception>
    public async Task CheckMembersAsync(Group group, IReadOnlyList<Did> members, CancellationToken cancellation)
    {
        var deleted = await deletions.ReadAsync(cancellation);
        var now = clock.GetUtcNow();
        await Bounded.ForEachAsync(
            members,
            async (member, limit) =>
            {
                // Both are read before either decides: a missing second read would show which one applied.
                var isDeleted = await IsDeletedAsync(member, deleted, limit);
                var departure = group.Head.MayBlockAdditions(now)
                    ? await groups.ReadDepartureAsync(group, member, limit)
                    : null;
                if (isDeleted || departure?.Blocks(group.Head, now) == true)
                    throw Unavailable(member);
            },
            cancellation);
    }

    /// <exception cref="KeyserverException">MemberUnavailable.</exception>
    public async Task CheckDelegateAsync(Did account, CancellationToken cancellation)
    {
        if (await IsDeletedAsync(account, await deletions.ReadAsync(cancellation), cancellation))
            throw Unavailable(account);
    }

    /// <param name="account">The account to add.</param>
    /// <param name="deleted">From <see cref="RecentDeletionTable"/>.</param>
    /// <param name="cancellation">The request's deadline.</param>
    private async Task<bool> IsDeletedAsync(
        Did account, IReadOnlySet<string>? deleted, CancellationToken cancellation) =>
        deleted?.Contains(await partitions.OfAsync(account, cancellation)) != false
        && (await accounts.FindTombstoneAsync(account, cancellation))?.Blocks(clock.GetUtcNow()) == true;

    private static KeyserverException Unavailable(Did account) =>
        new(ErrorName.MemberUnavailable, $"The account {account} cannot be added to this group now.");
}
