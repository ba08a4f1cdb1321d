using AtpKeyserver.Accounts;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Whether an account may be added to a group now.</summary>
/// <remarks>
/// <para>An account that is being deleted, or was deleted less than two hours ago, is in no group. The order matters:
/// this is asked before the row of the index is written, and the sweep of the account runs a last time after every
/// request has ended that asked before the account was deleted (<c>UnfinishedDeletions.Grace</c>). So an addition
/// either sees the tombstone or is seen by the sweep.</para>
/// <para>A member that left by itself stays out for 30 days. Its row is read after the head, and leaving changes the
/// head: an addition that races with it fails on the head's ETag and asks again.</para>
/// </remarks>
public sealed class AdditionRules(AccountTable accounts, GroupTable groups, TimeProvider clock)
{
    /// <exception cref="KeyserverException">MemberUnavailable.</exception>
    public async Task CheckMemberAsync(Group group, Did account, CancellationToken cancellation)
    {
        // Both are read before either decides: the time does not tell which one it was.
        var isDeleted = await IsDeletedAsync(account, cancellation);
        var row = await groups.ReadDepartureAsync(group, account, cancellation);
        var hasLeft = row is not null && GroupDeparture.Verify(row, group.Key).Blocks(group.Head, clock.GetUtcNow());
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
