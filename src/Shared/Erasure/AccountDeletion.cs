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
/// Deletes accounts. One transaction destroys the account's key and its keypair's head: nothing that was sealed under it can be opened from then
/// on. What is left to remove is removed after that by <see cref="AccountSweep"/>, here for a few seconds and then by a timer.
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
    /// <summary>How long a request goes on removing rows; it began up to a second ago.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Deletes the account, or goes on with it. May be repeated.</summary>
    public async Task<DeletionProgress> DeleteAsync(Did did, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var partition = await partitions.OfAsync(did, cancellation);
        await CommitAsync(did, partition, cancellation);
        var left = Patience - clock.GetElapsedTime(began);
        var finished = left > TimeSpan.Zero
            && await TimeBoxedWork.TryRunAsync(limit => sweep.RunAsync(partition, limit), left, clock, logger, cancellation);
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
                ? new AccountTombstone(partition, Generation: 0, KeypairVersion: 0, KeypairVersions: 0, default, IsSwept: false, ETag: null)
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

    /// <summary>The numbers that stay. A keypair that is made or rotated after this was read renews the account's row, and so defeats its ETag.</summary>
    private async Task<AccountTombstone> EndOfAsync(Account account, TableEntity? keypair, CancellationToken cancellation)
    {
        var partition = account.Row.PartitionKey;
        var last = keypair is null
            ? account.FormerKeypairVersion
            : await FindLastVersionAsync(account, keypair, cancellation);
        return new AccountTombstone(
            partition,
            account.Key.Number,
            last,
            // The numbers of a life follow each other: nothing has to be counted.
            last - account.FormerKeypairVersion,
            DeletedAt: default,
            IsSwept: false,
            account.Row.ETag);
    }

    /// <summary>
    /// A head that somebody tampered with must not keep the account's key from being destroyed: the highest version that is as
    /// we wrote it takes the place of its own.
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
