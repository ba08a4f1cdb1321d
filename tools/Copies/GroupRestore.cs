using System.Collections.Concurrent;
using System.Security.Cryptography;
using AtpKeyserver.Accounts;
using AtpKeyserver.Crypto;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Copies;

/// <summary>Groups, after the accounts of their owners.</summary>
internal sealed class GroupRestore(
    Tables tables, IReadOnlyDictionary<int, SealingKey> keys, Tombstones tombstones, RestoreCount count)
{
    private const int Parallelism = 16;

    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);

    private SealingKey Root => keys[Keyring.RootNumber];

    public async Task RunAsync(List<TableEntity> rows, CancellationToken cancellation)
    {
        var partition = rows[0].PartitionKey;
        var head = rows.FirstOrDefault(row => row.RowKey == RowKeys.Head(partition));
        _seen[partition] = true;
        try
        {
            if (head is null)
                Leave(rows);
            else if (!GroupHead.IsActive(head))
                await RestoreAsync(GroupTombstone.Verify(head, Root), cancellation);
            else if (!GroupId.TryParse(GroupHead.UnverifiedId(head), allowLocalhost: true, out var id)
                || PartitionKey.Of(Root, "partition", id.Value) != partition)
                Leave(rows);
            else
                await RunAsync(id, head, rows, cancellation);
        }
        catch (Exception e) when (e is TamperedException or OverflowException)
        {
            // One head with numbers beyond all that we write must not keep all others from being restored.
            Leave(rows);
        }
    }

    /// <summary>Nothing vouches for them. A tombstone that there is of them is applied all the same.</summary>
    private void Leave(List<TableEntity> rows)
    {
        count.Left(rows.Count);
        _seen.TryRemove(rows[0].PartitionKey, out _);
    }

    /// <summary>
    /// Tombstones of groups that were made and deleted after the copy, or whose rows were left out: nothing of them is
    /// here.
    /// </summary>
    public async Task ApplyOthersAsync(CancellationToken cancellation)
    {
        foreach (var tombstone in tombstones.Groups.Values.Where(tombstone => !_seen.ContainsKey(tombstone.Partition)))
            await PutAsync(tombstone with { IsSwept = true }, cancellation);
    }

    private async Task RunAsync(GroupId id, TableEntity head, List<TableEntity> rows, CancellationToken cancellation)
    {
        var owner = PartitionKey.Of(Root, "partition", id.Owner.Value);
        var incarnation = UnverifiedColumns.Get<int>(head, "groups", nameof(GroupHead.Incarnation));
        if (tombstones.Groups.TryGetValue(head.PartitionKey, out var erased) && erased.Incarnation >= incarnation)
        {
            count.Erased();
            await EndAsync(erased, cancellation);
            return;
        }

        // As it was restored: an owner who was erased has a tombstone there.
        var row = await tables.Accounts.GetAsync(owner, RowKeys.Account(owner), cancellation);
        var key = row is null || !AccountRow.IsActive(row)
            || !keys.TryGetValue(Keyring.NumberOf(Account.SealedKey(row)), out var shardKey)
            ? null
            : Account.Verify(row, id.Owner, shardKey).Key;
        if (key is null || UnverifiedColumns.GenerationOf(head, "groups") != key.Number)
        {
            count.Erased();
            await EndAsync(GroupTombstone.OfUnverified(head), cancellation);
            return;
        }

        var verified = GroupHead.Verify(head, key);
        var next = rows.Where(each => IsGood(each, verified, key)).Select(Restore.Plain).ToList();
        count.Written(next.Count);
        count.Left(rows.Count - next.Count);
        await IndexAsync(owner, next, cancellation);
        await Restore.PutAsync(
            tables.Groups, next, each => IsEvent(each) ? each : RowMac.Sign(each, "groups", key), TimeProvider.System,
            cancellation);
    }

    private static bool IsEvent(TableEntity row) =>
        row.RowKey.StartsWith(RowKeys.EventPrefix, StringComparison.Ordinal);

    /// <summary>False where the row is of an earlier life, newer than the head, or not as we wrote it.</summary>
    private static bool IsGood(TableEntity row, GroupHead head, SealingKey key)
    {
        if (IsEvent(row))
            return true;
        try
        {
            RowMac.Verify(row, "groups", key);
        }
        catch (TamperedException)
        {
            return false;
        }

        var isPerson = row.RowKey.StartsWith(RowKeys.MemberPrefix, StringComparison.Ordinal)
            || row.RowKey.StartsWith(RowKeys.DelegatePrefix, StringComparison.Ordinal);
        if (isPerson)
            return UnverifiedColumns.Get<long>(row, "groups", nameof(GroupHead.Epoch)) <= head.Epoch;
        return !row.RowKey.StartsWith(RowKeys.VersionPrefix, StringComparison.Ordinal)
            || string.CompareOrdinal(row.RowKey, RowKeys.Version(row.PartitionKey, head.Active.Version)) <= 0;
    }

    /// <summary>
    /// The index is made anew: that of the copy was read at another time than the groups, and an account that it does
    /// not lead to a group could never be erased there.
    /// </summary>
    private Task IndexAsync(string owner, List<TableEntity> rows, CancellationToken cancellation)
    {
        var group = rows[0].PartitionKey;
        var indexed = rows.Select(IndexRow)
            .OfType<TableEntity>()
            .Append(Memberships.Row(owner, Memberships.Owner, group));
        return Parallel.ForEachAsync(
            indexed,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation },
            async (row, token) => await tables.Memberships.PutAsync(row, token));
    }

    private static TableEntity? IndexRow(TableEntity row)
    {
        if (RowKeys.AccountOf(row.RowKey) is not { } account)
            return null;
        if (row.RowKey.StartsWith(RowKeys.LeftPrefix, StringComparison.Ordinal))
            return Memberships.LeftRow(account, row.PartitionKey, GroupDeparture.TimeOf(row).ToUnixTimeMilliseconds());
        return RoleOf(row) is { } role ? Memberships.Row(account, role, row.PartitionKey) : null;
    }

    private static string? RoleOf(TableEntity row) =>
        row.RowKey.StartsWith(RowKeys.MemberPrefix, StringComparison.Ordinal) ? Memberships.Member
        : row.RowKey.StartsWith(RowKeys.DelegatePrefix, StringComparison.Ordinal) ? Memberships.Delegate
        : null;

    /// <summary>A group that had ended when it was copied. Of its people no row is brought back.</summary>
    private Task RestoreAsync(GroupTombstone known, CancellationToken cancellation)
    {
        var last = tombstones.Groups.TryGetValue(known.Partition, out var other)
            && (other.Incarnation, other.Epoch).CompareTo((known.Incarnation, known.Epoch)) > 0
                ? other
                : known;
        return known.IsSwept ? PutAsync(last with { IsSwept = true }, cancellation) : EndAsync(last, cancellation);
    }

    /// <summary>
    /// The group's tombstone, and nothing else of it. The timer looks whether an earlier try of the restore left rows.
    /// No account's index leads to the group, so it may stand for its owner there.
    /// </summary>
    private async Task EndAsync(GroupTombstone tombstone, CancellationToken cancellation)
    {
        await tables.Unfinished.PutAsync(
            new TableEntity(UnfinishedDeletions.Groups,
                tombstone.Partition) { [UnfinishedDeletions.OwnerColumn] = tombstone.Partition }, cancellation);
        await PutAsync(tombstone with { IsSwept = false }, cancellation);
    }

    private Task PutAsync(GroupTombstone tombstone, CancellationToken cancellation) =>
        tables.Groups.PutAsync(tombstone.ToRow(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Root),
            cancellation);
}
