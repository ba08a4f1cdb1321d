using System.Runtime.CompilerServices;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>The access log of an account's keypair, for the account.</summary>
public sealed class KeypairLog(
    KeypairTable keypairs, AccountKeys accounts, PartitionKeys partitions, PendingEvents events, AccessLogReader reader)
{
    /// <summary>Empty if there is no account.</summary>
    public async Task<LogPage> ReadAsync(Did account, int limit, string? cursor, CancellationToken cancellation)
    {
        if (await accounts.FindAsync(account, cancellation) is not { } key)
            return new LogPage([], null);
        // A change shows at once, even if the instance that made it has crashed.
        if (cursor is null)
            await events.DrainAsync(keypairs.Table, await partitions.OfAsync(account, cancellation), cancellation);
        return await reader.ReadAsync(account.Value, key, limit, cursor, cancellation);
    }

    /// <summary>The whole log, in batches; a batch may be empty.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogEntry>> ReadAllAsync(
        Account account, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await events.DrainAsync(keypairs.Table, account.Partition, cancellation);
        await foreach (var entries in reader.ReadAllAsync(account.Did.Value, account.Key, cancellation))
            yield return entries;
    }
}
