using AtpKeyserver.Audit;
using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;

namespace AtpKeyserver.Accounts;

/// <summary>The access log of an account's keypair, for the account.</summary>
public sealed class KeypairLog(KeypairTable keypairs, AccountKeys accounts, PartitionKeys partitions, PendingEvents events, AccessLogReader reader)
{
    /// <summary>Empty where there is no account.</summary>
    public async Task<LogPage> ReadAsync(Did account, int limit, string? cursor, CancellationToken cancellation)
    {
        if (await accounts.FindAsync(account, cancellation) is not { } key)
            return new LogPage([], null);
        // So that a change shows at once, even if the instance that made it has crashed.
        if (cursor is null)
            await events.DrainAsync(keypairs.Table, await partitions.OfAsync(account, cancellation), cancellation);
        return await reader.ReadAsync(account.Value, key, limit, cursor, cancellation);
    }
}
