using AtpKeyserver.Accounts;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Deletes accounts. One transaction destroys the account's key and the head of its keypair: from then on, nothing that
/// was sealed under the key can be opened. <see cref="AccountSweep"/> removes the remaining rows, first in the request
/// for a few seconds, then in a timer.
/// </summary>
public sealed class AccountDeletion(
    AccountTable accounts,
    AccountKeys keys,
    KeypairTable keypairs,
    AccountSweep sweep,
    UnfinishedDeletions unfinished,
    PartitionKeys partitions,
    Keyring keyring,
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
            await unfinished.PutAsync(UnfinishedDeletions.Accounts, partition, partition, cancellation);
            var end = tombstone is null
                ? new AccountTombstone(
                    partition,
                    Generation: 0,
                    KeypairVersion: 0,
                    KeypairVersions: 0,
                    default,
                    IsSwept: false,
                    ETag: null)
                : tombstone with { IsSwept = false, KeypairVersions = 0 };
            var keypair = account is null ? null : await keypairs.ReadHeadAsync(did, cancellation);
            if (account is not null)
                end = await EndOfAsync(account, keypair, cancellation);

            var root = await keyring.RootAsync(cancellation);
            var change = new PartitionChange(accounts.Table);
            change.WriteHead((end with { DeletedAt = clock.GetUtcNow() }).ToRow(change.Id, root), end.ETag);
            if (keypair is not null)
                change.Delete(RowKeys.Head(partition));
            if (!await change.CommitAsync(cancellation))
                continue;
            keys.Forget(did);
            return;
        }
    }

    /// <summary>
    /// The numbers to keep. Creating or rotating the keypair after this read rewrites the account's row, so that the
    /// ETag no longer matches.
    /// </summary>
    private async Task<AccountTombstone> EndOfAsync(
        Account account, TableEntity? keypair, CancellationToken cancellation)
    {
        var partition = account.Row.PartitionKey;
        var last = keypair is null
            ? account.FormerKeypairVersion
            : await FindLastVersionAsync(account, keypair, cancellation);
        return new AccountTombstone(
            partition,
            account.Key.Number,
            last,
            // Versions are numbered consecutively, so nothing has to be counted.
            last - account.FormerKeypairVersion,
            DeletedAt: default,
            IsSwept: false,
            account.Row.ETag);
    }

    /// <summary>
    /// A tampered head must not prevent the destruction of the account's key, so the highest version that verifies
    /// replaces its number.
    /// </summary>
    private async Task<int> FindLastVersionAsync(Account account, TableEntity keypair, CancellationToken cancellation)
    {
        try
        {
            return KeypairHead.Verify(keypair, account.Key).Active.Version;
        }
        catch (TamperedException e)
        {
            Log.Tampered(logger, e);
            return await keypairs.Versions.FindLastAsync(
                account.Row.PartitionKey, account.FormerKeypairVersion, account.Key, cancellation);
        }
    }
}
