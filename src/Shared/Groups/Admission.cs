using AtpKeyserver.Accounts;
using AtpKeyserver.Errors;
using AtpKeyserver.Identity;

namespace AtpKeyserver.Groups;

/// <summary>Whether an account may be added to a group now.</summary>
/// <remarks>
/// An account that is being deleted, or was deleted less than two hours ago, is in no group. The order matters: this is
/// asked before the row of the index is written, and the sweep of the account runs a last time after every request has
/// ended that asked before the account was deleted (<see cref="Storage.Unfinished.Grace"/>). So an addition either sees
/// the tombstone or is seen by the sweep.
/// </remarks>
public sealed class Admission(AccountTable accounts, TimeProvider clock)
{
    /// <exception cref="KeyserverException">MemberUnavailable.</exception>
    public async Task CheckAsync(Did account, CancellationToken cancellation)
    {
        var tombstone = await accounts.FindTombstoneAsync(account, cancellation);
        if (tombstone?.Blocks(clock.GetUtcNow()) == true)
            throw Unavailable();
    }

    /// <summary>One name and one message for every reason: the caller does not learn which one it is.</summary>
    private static KeyserverException Unavailable() =>
        new(ErrorName.MemberUnavailable, "This account cannot be added now.");
}
