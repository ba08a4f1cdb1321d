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
/// Removes what a deleted account leaves: its keypair's rows, its groups, its places in groups of others. It knows the account by its partition key
/// only. Every step may be repeated, by several instances at once, and goes on where the last one stopped: the index says what is left.
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
    /// How often one run walks through the index. The second walk takes up what another instance was at; a row that
    /// somebody keeps rewriting is left to the next run, which the timer starts within a minute.
    /// </summary>
    private const int Walks = 3;

    /// <summary>
    /// How often one run tries to change a head that others keep changing. A change of theirs takes several requests to
    /// the storage, ours two, so that nearly every run wins.
    /// </summary>
    private const int Tries = 16;

    private const string DeletionColumn = "DeletedAt";

    private static readonly string[] Counted = [Memberships.Owner, Memberships.Member, Memberships.Delegate];
    private static readonly string[] Roles = [.. Counted, Memberships.Left];

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _underWay = new(StringComparer.Ordinal);

    /// <summary>
    /// Removes what can be removed now, in bounded work: <see cref="ProgressAsync"/> tells whether something is left. In
    /// this process one run of an account is in progress at a time: concurrent callers wait for it, and then look at what
    /// it has left.
    /// </summary>
    public async Task RunAsync(string account, CancellationToken cancellation)
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_underWay.GetOrAdd(account, own) is var other && other != own)
            await other.Task.WaitAsync(cancellation);
        try
        {
            await SweepAsync(account, cancellation);
        }
        finally
        {
            _underWay.TryRemove(account, out _);
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

        // Heads first, so that no instance with a remembered key goes on reading the groups.
        await Parallel.ForEachAsync(
            tables.Memberships.QueryAsync(account, Memberships.Owner + ":", cancellation),
            Options(cancellation),
            async (row, token) =>
                await TryAsync(() => TryEndGroupAsync(tombstone, Memberships.GroupOf(row), token), token));
        await RemoveKeypairAsync(tombstone, cancellation);
        foreach (var role in Roles)
            await RemoveAsync(tombstone, role, cancellation);

        // What was being made while the account was deleted shows after a moment: a later run removes it, and ends the deletion. The time of the
        // deletion is that of another instance: both clocks may differ from the storage's, in opposite directions.
        if (clock.GetUtcNow() - tombstone.DeletedAt < UnfinishedDeletions.Grace + ClockPolicy.Tolerance || await IsAnythingLeftAsync(account, cancellation))
            return;
        if (!tombstone.IsSwept)
        {
            var change = new PartitionChange(tables.Accounts);
            change.WriteHead((tombstone with { IsSwept = true }).ToRow(change.Id, await keyring.RootAsync(cancellation)), tombstone.ETag);
            await change.CommitAsync(cancellation);
        }

        await unfinished.RemoveAsync(work, cancellation);
    }

    /// <param name="account">The partition key of the account.</param>
    /// <param name="finished">Whether the last run ended by itself.</param>
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
        return row is null || AccountRow.IsActive(row) ? null : AccountTombstone.Verify(row, await keyring.RootAsync(cancellation));
    }

    private async Task<bool> IsAnythingLeftAsync(string account, CancellationToken cancellation)
    {
        foreach (var role in Roles)
        {
            if (await tables.Memberships.QueryAsync(account, role + ":", cancellation, atOnce: 1).AnyAsync(cancellation))
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
            if (!await StandsAsync(account, cancellation))
                return;
            await tables.Accounts.DeleteAllAsync(rows, cancellation);
        }
    }

    /// <summary>
    /// Whether rows that were read before are of the account that was deleted. Where its tombstone was changed, somebody else has removed them
    /// all, and what stands there now may belong to an account that started anew.
    /// </summary>
    private async Task<bool> StandsAsync(AccountTombstone account, CancellationToken cancellation) =>
        (await FindAsync(account.Partition, cancellation))?.ETag == account.ETag;

    /// <summary>Puts a tombstone in the place of a group's head, also where there is none yet: so no creation that is under way succeeds.</summary>
    /// <returns>False where others changed the head each time: it is tried again in the next run.</returns>
    private async Task<bool> TryEndGroupAsync(AccountTombstone account, string group, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var row = await groups.ReadHeadAsync(group, cancellation);
            if (row is not null && !GroupHead.IsActive(row))
                return true;
            if (row is not null)
                await CheckOwnerAsync(account, group, row, cancellation);
            var end = row is null ? GroupTombstone.OfNothing(group) : GroupTombstone.OfUnverified(row);
            var change = new PartitionChange(groups.Table);
            change.WriteHead(end.ToRow(change.Id, await keyring.RootAsync(cancellation)), end.ETag);
            if (await change.CommitAsync(cancellation))
                return true;
        }

        return false;
    }

    /// <summary>The index grants nothing, and the key that signed the head is gone: at least the head must say that it is the account's.</summary>
    private async Task CheckOwnerAsync(AccountTombstone account, string group, TableEntity head, CancellationToken cancellation)
    {
        if (!GroupId.TryParse(GroupHead.UnverifiedId(head), allowLocalhost: true, out var id)
            || await partitions.OfAsync(id, cancellation) != group
            || await partitions.OfAsync(id.Owner, cancellation) != account.Partition
            || UnverifiedColumns.GenerationOf(head, groups.Table.Name) > account.Generation)
            throw TamperedException.At(groups.Table.Name, "an account's index holds a group that is not its own");
    }

    /// <summary>
    /// Walks through the index from one end to the other, so that rows which others write behind it do not keep it
    /// going.
    /// </summary>
    private async Task RemoveAsync(AccountTombstone account, string role, CancellationToken cancellation)
    {
        for (var walk = 0; walk < Walks; walk++)
        {
            string? after = null;
            do
            {
                var page = await tables.Memberships.ReadPageAsync(
                    account.Partition, RowKeys.MembershipPrefix(role), after, Table.MaxTransaction - 1, cancellation);
                if (page.Entries.Count == 0 && after is null)
                    return;
                if (!await StandsAsync(account, cancellation))
                    return;
                var gone = new ConcurrentBag<TableEntity>();
                await Parallel.ForEachAsync(page.Entries, Options(cancellation), async (row, token) =>
                {
                    if (await TryAsync(() => RemoveAsync(account, role, row, token), token))
                        gone.Add(row);
                });
                if (Counted.Contains(role))
                    await CountAsync(account, role, [.. gone], cancellation);
                else
                    await tables.Memberships.DeleteAllAsync([.. gone], cancellation);
                after = page.Next;
            }
            while (after is not null);
        }
    }

    /// <summary>
    /// A row that somebody planted, or a group that somebody tampered with, must not keep an account from being erased,
    /// and one that cannot be removed now must not keep the others.
    /// </summary>
    /// <returns>Whether there is nothing left to do.</returns>
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
            // A head that is not verified holds numbers beyond all that we write.
            Log.TamperedAt(logger, groups.Table.Name, $"a head could not be ended ({e.GetType().Name})");
            return true;
        }
        catch (KeyserverException e) when (!cancellation.IsCancellationRequested)
        {
            Log.LeftToTheTimer(logger, FailureCause.Of(e).Error);
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
    /// Removes index rows and counts them, in one transaction: each is counted once, however many instances are at it.
    /// A row that somebody rewrote since it was read refuses the whole transaction, and strangers can rewrite rows. So
    /// the halves of a refused one are tried apart: in the end only that row stays, for the next walk.
    /// </summary>
    private async Task CountAsync(
        AccountTombstone account, string role, TableEntity[] gone, CancellationToken cancellation)
    {
        if (gone.Length == 0 || await TryCountAsync(account, role, gone, cancellation) || gone.Length == 1)
            return;
        var half = gone.Length / 2;
        await CountAsync(account, role, gone[..half], cancellation);
        await CountAsync(account, role, gone[half..], cancellation);
    }

    private async Task<bool> TryCountAsync(
        AccountTombstone account, string role, TableEntity[] gone, CancellationToken cancellation)
    {
        var (progress, etag) = await ReadProgressAsync(account.Partition, account, cancellation);
        progress[role] = (int)progress[role] + gone.Length;
        var change = new PartitionChange(tables.Memberships);
        progress[PartitionChange.IdColumn] = change.Id;
        change.WriteHead(progress, etag);
        foreach (var row in gone)
            change.Delete(row.RowKey, row.ETag);
        if (await change.CommitAsync(cancellation))
            return true;
        await Task.Delay(RandomNumberGenerator.GetInt32(2, 20), cancellation);
        return false;
    }

    /// <summary>The counts of this deletion, all of them zero where it has none yet.</summary>
    private async Task<(TableEntity Row, ETag? Replaced)> ReadProgressAsync(
        string account, AccountTombstone? tombstone, CancellationToken cancellation)
    {
        var stored = await tables.Memberships.GetAsync(account, RowKeys.Progress(account), cancellation);
        var deletedAt = (tombstone?.DeletedAt ?? default).ToUnixTimeMilliseconds();
        // Counts only inform: of a row that is not as we write it there are none.
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
