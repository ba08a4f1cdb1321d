using AtpKeyserver.Accounts;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Accounts.Keypairs.Rows;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Deletes accounts. One transaction destroys the account's key and the head of its keypair: from then on, nothing that
/// was sealed under the key can be opened. <see cref="AccountSweep"/> removes the remaining rows, first in the request
/// for a few seconds, then in a timer.
/// </summary>
public sealed class AccountDeletion(
    AccountTable accounts,
    DeletedAccountTable deleted,
    AccountKeys keys,
    KeypairTable keypairs,
    AccountSweep sweep,
    DeletionTable unfinished,
    RecentDeletionTable recent,
    PartitionKeys partitions,
    TimeProvider clock,
    ILogger<AccountDeletion> logger)
{
    /// <summary>How long a request, which may have taken a second already, removes rows.</summary>
    private static readonly TimeSpan SweepTime = TimeSpan.FromSeconds(5);

    /// <summary>Deletes the account, or resumes its deletion. Safe to repeat.</summary>
    public async Task<DeletionProgress> DeleteAsync(Did did, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var partition = await partitions.OfAsync(did, cancellation);
        await CommitAsync(did, partition, cancellation);
        var left = SweepTime - clock.GetElapsedTime(began);
        var finished = left > TimeSpan.Zero
            && await TimeBoxedWork.TryRunAsync(
                limit => sweep.RunAsync(partition, limit), left, clock, logger, cancellation);
        return await sweep.ProgressAsync(partition, finished, cancellation);
    }

    private async Task CommitAsync(Did did, string partition, CancellationToken cancellation)
    {
        while (true)
        {
            var (account, tombstone) = await accounts.ReadAsync(did, cancellation);
            if (tombstone?.Blocks(clock.GetUtcNow()) == true)
                return;
            await unfinished.PutAsync(DeletionTable.Accounts, partition, partition, cancellation);
            await recent.PutAsync(partition, cancellation);
            var keypair = account is null ? null : await keypairs.ReadHeadAsync(did, cancellation);
            // Creating or rotating the keypair after this read rewrites the account's row: then the ETag differs.
            var end = account is not null
                ? AccountTombstone.Of(account, await FindLastVersionAsync(account, keypair, cancellation))
                : tombstone is null ? AccountTombstone.OfMissing(partition)
                : tombstone with { IsSwept = false, KeypairVersions = 0 };
            end = end with { DeletedAt = clock.GetUtcNow() };
            if (!await deleted.TryEndAsync(end, hasKeypair: keypair is not null, cancellation))
                continue;
            keys.Forget(did);
            return;
        }
    }

    /// <summary>
    /// The last version of the keypair. A tampered head must not prevent the destruction of the account's key, so the
    /// highest version that verifies replaces its number.
    /// </summary>
    private async Task<int> FindLastVersionAsync(
        Account account, UnverifiedKeypair? keypair, CancellationToken cancellation)
    {
        try
        {
            return keypair?.Verify(account.Key).Active.Version ?? account.FormerKeypairVersion;
        }
        catch (TamperedException e)
        {
            Log.Tampered(logger, e);
            return await keypairs.Versions.FindLastAsync(
                account.Partition, account.FormerKeypairVersion, account.Key, cancellation);
        }
    }
}
