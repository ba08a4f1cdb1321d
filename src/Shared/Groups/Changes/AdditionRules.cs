using AtpKeyserver.Accounts;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Checks whether an account may be added to a group now.</summary>
/// <remarks>
/// <para>An account that is being deleted, or was deleted less than two hours ago, cannot be added. The order matters:
/// this check runs before the index row is written, and the last sweep of the account runs after every request has
/// ended that passed it before the deletion (<c>DeletionTable.Grace</c>). So either the addition sees the
/// tombstone, or the sweep sees the addition.</para>
/// <para>A member that left cannot be added for 30 days. Its departure row is read after the head, and leaving
/// changes the head: a concurrent addition fails on the head's ETag and checks again.</para>
/// </remarks>
public sealed class AdditionRules(AccountTable accounts, GroupTable groups, TimeProvider clock)
{
    /// <exception cref="KeyserverException">MemberUnavailable.</exception>
    public async Task CheckMemberAsync(Group group, Did account, CancellationToken cancellation)
    {
        // Both are read before either decides, so that timing does not show which one applied.
        var isDeleted = await IsDeletedAsync(account, cancellation);
        var departure = await groups.ReadDepartureAsync(group, account, cancellation);
        var hasLeft = departure?.Blocks(group.Head, clock.GetUtcNow()) == true;
        if (isDeleted || hasLeft)
            throw Unavailable();
    }

    /// <exception cref="KeyserverException">MemberUnavailable.</exception>
    public async Task CheckDelegateAsync(Did account, CancellationToken cancellation)
    {
        if (await IsDeletedAsync(account, cancellation))
            throw Unavailable();
    }

    private async Task<bool> IsDeletedAsync(Did account, CancellationToken cancellation) =>
        (await accounts.FindTombstoneAsync(account, cancellation))?.Blocks(clock.GetUtcNow()) == true;

    private static KeyserverException Unavailable() =>
        new(ErrorName.MemberUnavailable, "This account cannot be added to this group now.");
}
