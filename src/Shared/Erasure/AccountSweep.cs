using System.Collections.Concurrent;
using System.Security.Cryptography;
using AtpKeyserver.Accounts;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Removes the rows of a deleted account: its keypair, its groups, and its roles in other groups. It knows the account
/// only by its partition key. Every step may be repeated, also by several instances at once, and resumes where the last
/// one stopped: the index lists what is left.
/// </summary>
public sealed class AccountSweep(
    Tables tables,
    Keyring keyring,
    PartitionKeys partitions,
    GroupTable groups,
    GroupSweep groupSweep,
    MembershipRemoval leaving,
    UnfinishedDeletions unfinished,
    TimeProvider clock,
    ILogger<AccountSweep> logger)
{
    private const int Parallelism = 16;

    /// <summary>
    /// Passes over the index per run. The second pass handles rows that another instance was processing. A row that is
    /// rewritten again and again is left to the next run, which the timer starts within a minute.
    /// </summary>
    private const int Passes = 3;

    /// <summary>
    /// How often one run tries to change a head that others keep changing. Their changes take several storage requests,
    /// ours two, so nearly every run succeeds.
    /// </summary>
    private const int Tries = 16;

    private const string DeletionColumn = "DeletedAt";

    private static readonly string[] Counted = [Memberships.Owner, Memberships.Member, Memberships.Delegate];
    private static readonly string[] Roles = [.. Counted, Memberships.Left];

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _running = new(StringComparer.Ordinal);

    /// <summary>
    /// Removes what can be removed now, in bounded work; <see cref="ProgressAsync"/> tells whether something is left.
    /// Only one run per account is in progress in this process: concurrent callers wait for it, then run themselves.
    /// </summary>
    public async Task RunAsync(string account, CancellationToken cancellation)
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_running.GetOrAdd(account, own) is var other && other != own)
            await other.Task.WaitAsync(cancellation);
        try
        {
            await SweepAsync(account, cancellation);
        }
        finally
        {
            _running.TryRemove(account, out _);
            own.SetResult();
        }
    }

    private async Task SweepAsync(string account, CancellationToken cancellation)
    {
        var work = await unfinished.FindAsync(UnfinishedDeletions.Accounts, account, cancellation);
        if (await FindAsync(account, cancellation) is not { } tombstone)
        {
            await unfinished.RemoveIfOldAsync(work, cancellation);
            return;
        }

        // Heads first, so that no instance with a cached key continues to read the groups.
        await Parallel.ForEachAsync(
            tables.Memberships.QueryAsync(account, Memberships.Owner + ":", cancellation),
            Options(cancellation),
            async (row, token) =>
                await TryAsync(() => TryEndGroupAsync(tombstone, Memberships.GroupOf(row), token), token));
        await RemoveKeypairAsync(tombstone, cancellation);
        foreach (var role in Roles)
            await RemoveAsync(tombstone, role, cancellation);

        // A write in progress during the deletion may appear later, so only a run after the grace period completes the
        // deletion. Another instance set the deletion time: both clocks may differ from the storage's, in opposite
        // directions.
        if (clock.GetUtcNow() - tombstone.DeletedAt < UnfinishedDeletions.Grace + ClockPolicy.Tolerance
            || await IsAnythingLeftAsync(account, cancellation))
            return;
        if (!tombstone.IsSwept)
        {
            var change = new PartitionChange(tables.Accounts);
            change.WriteHead(
                (tombstone with { IsSwept = true }).ToRow(change.Id, await keyring.RootAsync(cancellation)),
                tombstone.ETag);
            await change.CommitAsync(cancellation);
        }

        await unfinished.RemoveAsync(work, cancellation);
    }

    /// <param name="account">The partition key of the account.</param>
    /// <param name="finished">Whether the last run completed.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<DeletionProgress> ProgressAsync(string account, bool finished, CancellationToken cancellation)
    {
        var tombstone = await FindAsync(account, cancellation);
        var (row, _) = await ReadProgressAsync(account, tombstone, cancellation);
        return new DeletionProgress(
            finished && !await IsAnythingLeftAsync(account, cancellation),
            tombstone?.KeypairVersions ?? 0,
            (int)row[Memberships.Owner],
            (int)row[Memberships.Member],
            (int)row[Memberships.Delegate]);
    }

    private async Task<AccountTombstone?> FindAsync(string account, CancellationToken cancellation)
    {
        var row = await tables.Accounts.GetAsync(account, RowKeys.Account(account), cancellation);
        return row is null || AccountRow.IsActive(row)
            ? null
            : AccountTombstone.Verify(row, await keyring.RootAsync(cancellation));
    }

    private async Task<bool> IsAnythingLeftAsync(string account, CancellationToken cancellation)
    {
        foreach (var role in Roles)
        {
            if (await tables.Memberships.QueryAsync(
                account, role + ":", cancellation, atOnce: 1).AnyAsync(cancellation))
                return true;
        }

        return false;
    }

    private async Task RemoveKeypairAsync(AccountTombstone account, CancellationToken cancellation)
    {
        var own = RowKeys.Account(account.Partition);
        await foreach (var rows in tables.Accounts.QueryAsync(account.Partition, cancellation)
            .Where(row => row.RowKey != own)
            .Chunk(Table.MaxTransaction))
        {
            if (!await IsUnchangedAsync(account, cancellation))
                return;
            await tables.Accounts.DeleteAllAsync(rows, cancellation);
        }
    }

    /// <summary>
    /// Whether the tombstone is unchanged, so that rows read before belong to the deleted account. If it was changed,
    /// another run has removed all of them, and the rows there now may belong to a recreated account.
    /// </summary>
    private async Task<bool> IsUnchangedAsync(AccountTombstone account, CancellationToken cancellation) =>
        (await FindAsync(account.Partition, cancellation))?.ETag == account.ETag;

    /// <summary>
    /// Replaces a group's head with a tombstone. Also writes one if there is no head yet, so that a creation in
    /// progress fails.
    /// </summary>
    /// <returns>False if others kept changing the head: the next run retries.</returns>
    private async Task<bool> TryEndGroupAsync(AccountTombstone account, string group, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var row = await groups.ReadHeadAsync(group, cancellation);
            if (row is not null && !GroupHead.IsActive(row))
                return true;
            if (row is not null)
                await CheckOwnerAsync(account, group, row, cancellation);
            var end = row is null ? GroupTombstone.OfMissing(group) : GroupTombstone.OfUnverified(row);
            var change = new PartitionChange(groups.Table);
            change.WriteHead(end.ToRow(change.Id, await keyring.RootAsync(cancellation)), end.ETag);
            if (await change.CommitAsync(cancellation))
                return true;
        }

        return false;
    }

    /// <summary>
    /// The index grants nothing, and the key that signed the head was destroyed, so at least the head's id must name
    /// the account.
    /// </summary>
    private async Task CheckOwnerAsync(
        AccountTombstone account, string group, TableEntity head, CancellationToken cancellation)
    {
        if (!GroupId.TryParse(GroupHead.UnverifiedId(head), allowLocalhost: true, out var id)
            || await partitions.OfAsync(id, cancellation) != group
            || await partitions.OfAsync(id.Owner, cancellation) != account.Partition
            || UnverifiedColumns.GenerationOf(head, groups.Table.Name) > account.Generation)
            throw TamperedException.At(
                groups.Table.Name, "an account's index names a group that the account does not own");
    }

    /// <summary>
    /// Passes over the index from start to end, so that rows written behind the current position cannot keep it
    /// running.
    /// </summary>
    private async Task RemoveAsync(AccountTombstone account, string role, CancellationToken cancellation)
    {
        for (var pass = 0; pass < Passes; pass++)
        {
            string? after = null;
            do
            {
                var page = await tables.Memberships.ReadPageAsync(
                    account.Partition, RowKeys.MembershipPrefix(role), after, Table.MaxTransaction - 1, cancellation);
                if (page.Entries.Count == 0 && after is null)
                    return;
                if (!await IsUnchangedAsync(account, cancellation))
                    return;
                var removed = new ConcurrentBag<TableEntity>();
                await Parallel.ForEachAsync(page.Entries, Options(cancellation), async (row, token) =>
                {
                    if (await TryAsync(() => RemoveAsync(account, role, row, token), token))
                        removed.Add(row);
                });
                if (Counted.Contains(role))
                    await CountAsync(account, role, [.. removed], cancellation);
                else
                    await tables.Memberships.DeleteAllAsync([.. removed], cancellation);
                after = page.Next;
            }
            while (after is not null);
        }
    }

    /// <summary>
    /// An invalid row or a tampered group must not prevent the erasure of an account, and a row that cannot be removed
    /// now must not block the others.
    /// </summary>
    /// <returns>Whether nothing is left to do.</returns>
    private async Task<bool> TryAsync(Func<Task<bool>> work, CancellationToken cancellation)
    {
        try
        {
            return await work();
        }
        catch (TamperedException e)
        {
            Log.Tampered(logger, e);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            // The numbers of an unverified head are out of range.
            Log.TamperedAt(logger, groups.Table.Name, $"a head has invalid values ({e.GetType().Name})");
            return true;
        }
        catch (KeyserverException e) when (!cancellation.IsCancellationRequested)
        {
            Log.DeletionFailed(logger, FailureCause.Of(e).Error);
            return false;
        }
    }

    private async Task<bool> RemoveAsync(
        AccountTombstone account, string role, TableEntity row, CancellationToken cancellation)
    {
        var group = Memberships.GroupOf(row);
        if (role == Memberships.Left)
        {
            await groups.Table.DeleteAsync(group, RowKeys.Left(group, account.Partition), cancellation);
            return true;
        }

        if (role != Memberships.Owner)
            return await leaving.TryLeaveAsync(account.Partition, group, role, cancellation);
        if (!await TryEndGroupAsync(account, group, cancellation))
            return false;
        if (await groupSweep.FindAsync(group, cancellation) is { IsSwept: false } tombstone)
        {
            await groupSweep.ClearAsync(tombstone, cancellation);
            await groupSweep.MarkSweptAsync(tombstone, cancellation);
        }

        return true;
    }

    /// <summary>
    /// Removes index rows and counts them in one transaction, so that each is counted once, also with several
    /// instances. A row rewritten since it was read fails the whole transaction, and strangers can rewrite rows. So a
    /// failed batch is halved until only that row is left, for the next pass.
    /// </summary>
    private async Task CountAsync(
        AccountTombstone account, string role, TableEntity[] removed, CancellationToken cancellation)
    {
        if (removed.Length == 0 || await TryCountAsync(account, role, removed, cancellation) || removed.Length == 1)
            return;
        var half = removed.Length / 2;
        await CountAsync(account, role, removed[..half], cancellation);
        await CountAsync(account, role, removed[half..], cancellation);
    }

    private async Task<bool> TryCountAsync(
        AccountTombstone account, string role, TableEntity[] removed, CancellationToken cancellation)
    {
        var (progress, etag) = await ReadProgressAsync(account.Partition, account, cancellation);
        progress[role] = (int)progress[role] + removed.Length;
        var change = new PartitionChange(tables.Memberships);
        progress[PartitionChange.IdColumn] = change.Id;
        change.WriteHead(progress, etag);
        foreach (var row in removed)
            change.Delete(row.RowKey, row.ETag);
        if (await change.CommitAsync(cancellation))
            return true;
        await Task.Delay(RandomNumberGenerator.GetInt32(2, 20), cancellation);
        return false;
    }

    /// <summary>The counts of this deletion; zero if there are none yet.</summary>
    private async Task<(TableEntity Row, ETag? Replaced)> ReadProgressAsync(
        string account, AccountTombstone? tombstone, CancellationToken cancellation)
    {
        var stored = await tables.Memberships.GetAsync(account, RowKeys.Progress(account), cancellation);
        var deletedAt = (tombstone?.DeletedAt ?? default).ToUnixTimeMilliseconds();
        // The counts are informational, so an invalid row counts as none.
        var isOurs = stored is not null
            && stored.TryGetValue(DeletionColumn, out var of) && of is long time && time == deletedAt
            && Counted.All(role => stored.TryGetValue(role, out var count) && count is int);
        var row = new TableEntity(account, RowKeys.Progress(account)) { [DeletionColumn] = deletedAt };
        foreach (var role in Counted)
            row[role] = isOurs ? stored![role] : 0;
        return (row, stored?.ETag);
    }

    private static ParallelOptions Options(CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
}
