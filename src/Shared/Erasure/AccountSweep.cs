using System.Collections.Concurrent;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using AtpKeyserver.Storage.Policies;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Removes the rows of a deleted account: its keypair, its groups, and its roles in other groups. It knows the account
/// only by its partition key. Every step may be repeated, also by several instances at once, and resumes where the last
/// one stopped: the index lists what is left.
/// </summary>
public sealed class AccountSweep(
    DeletedAccountTable accounts,
    AccountIndexTable index,
    DeletedGroupTable groups,
    DepartureTable departures,
    MembershipRemoval leaving,
    DeletionTable unfinished,
    TimeProvider clock,
    ILogger<AccountSweep> logger)
{
    private const int Parallelism = 16;

    /// <summary>
    /// Passes over the index per run. The second pass handles rows that another instance was processing. A row that is
    /// rewritten again and again is left to the next run, which the timer starts within a minute.
    /// </summary>
    private const int Passes = 3;

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
        var work = await unfinished.FindAsync(DeletionTable.Accounts, account, cancellation);
        if (await accounts.FindAsync(account, cancellation) is not { } tombstone)
        {
            await unfinished.RemoveIfOldAsync(work, cancellation);
            return;
        }

        // Heads first, so that no instance with a cached key continues to read the groups.
        await Parallel.ForEachAsync(
            index.ListOwnedAsync(account, cancellation),
            Options(cancellation),
            async (owned, token) => await TryAsync(() => groups.TryEndAsync(tombstone, owned.Group, token), token));
        await accounts.ClearAsync(tombstone, cancellation);
        foreach (var role in AccountIndexTable.Roles)
            await RemoveAsync(tombstone, role, cancellation);

        // A write in progress during the deletion may appear later, so only a run after the grace period completes the
        // deletion. Another instance set the deletion time: both clocks may differ from the storage's, in opposite
        // directions.
        if (clock.GetUtcNow() - tombstone.DeletedAt < DeletionTable.Grace + ClockPolicy.Tolerance
            || !await index.IsEmptyAsync(account, cancellation))
            return;
        if (!tombstone.IsSwept)
            await accounts.MarkSweptAsync(tombstone, cancellation);
        await unfinished.RemoveAsync(work, cancellation);
    }

    /// <param name="account">The partition key of the account.</param>
    /// <param name="finished">Whether the last run completed.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<DeletionProgress> ProgressAsync(string account, bool finished, CancellationToken cancellation)
    {
        var tombstone = await accounts.FindAsync(account, cancellation);
        var (owned, joined, delegated) = await index.ReadCountsAsync(account, tombstone, cancellation);
        return new DeletionProgress(
            finished && await index.IsEmptyAsync(account, cancellation),
            tombstone?.KeypairVersions ?? 0,
            owned,
            joined,
            delegated);
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
                var page = await index.ReadPageAsync(account.Partition, role, after, cancellation);
                if (page.Entries.Count == 0 && after is null)
                    return;
                if (!await accounts.IsUnchangedAsync(account, cancellation))
                    return;
                var removed = new ConcurrentBag<UnverifiedMembership>();
                await Parallel.ForEachAsync(page.Entries, Options(cancellation), async (membership, token) =>
                {
                    if (await TryAsync(() => EndAsync(account, role, membership.Group, token), token))
                        removed.Add(membership);
                });
                await index.RemoveAsync(account, role, removed, cancellation);
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
            Log.TamperedAt(logger, Tables.GroupsName, $"a head has invalid values ({e.GetType().Name})");
            return true;
        }
        catch (Exception e) when (
            e is KeyserverException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            Log.DeletionFailed(logger, FailureCause.Of(e).Error);
            return false;
        }
    }

    /// <summary>Ends the account's role in a group.</summary>
    /// <returns>False if others kept changing the group: the next run retries.</returns>
    private async Task<bool> EndAsync(
        AccountTombstone account, string role, string group, CancellationToken cancellation)
    {
        if (role == Memberships.Left)
        {
            await departures.DeleteFromGroupAsync(group, account.Partition, cancellation);
            return true;
        }

        if (role != Memberships.Owner)
            return await leaving.TryLeaveAsync(account.Partition, group, role, cancellation);
        if (!await groups.TryEndAsync(account, group, cancellation))
            return false;
        if (await groups.FindAsync(group, cancellation) is { IsSwept: false } tombstone)
        {
            await groups.ClearAsync(tombstone, cancellation);
            await groups.MarkSweptAsync(tombstone, cancellation);
        }

        return true;
    }

    private static ParallelOptions Options(CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
}
