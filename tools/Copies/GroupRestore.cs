using System.Collections.Concurrent;
using System.Security.Cryptography;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Crypto;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Copies;

/// <summary>Restores groups. Runs after their owners' accounts are restored.</summary>
internal sealed class GroupRestore(
    Tables tables, IReadOnlyDictionary<int, SealingKey> keys, Tombstones tombstones, RestoreCount count)
{
    private const int Parallelism = 16;

    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);

    private SealingKey Root => keys[Keyring.RootNumber];

    public async Task RunAsync(List<TableEntity> rows, CancellationToken cancellation)
    {
        var partition = rows[0].PartitionKey;
        var found = rows.FirstOrDefault(row => row.RowKey == RowKeys.Head(partition));
        _seen[partition] = true;
        try
        {
            if (found is null)
                Leave(rows);
            else if (new UnverifiedGroup(found) is var head && head.IsTombstone)
                await RestoreAsync(head.VerifyTombstone(Root), cancellation);
            else if (!GroupId.TryParse(head.Id, allowLocalhost: true, out var id)
                || PartitionKey.Of(Root, "partition", id.Value) != partition)
                Leave(rows);
            else
                await RunAsync(id, head, rows, cancellation);
        }
        catch (Exception e) when (e is TamperedException or OverflowException)
        {
            // One group head with invalid numbers must not stop the restore of the others.
            Leave(rows);
        }
    }

    /// <summary>Omits rows that cannot be verified. A tombstone of the group is still applied.</summary>
    private void Leave(List<TableEntity> rows)
    {
        count.Left(rows.Count);
        _seen.TryRemove(rows[0].PartitionKey, out _);
    }

    /// <summary>Writes the tombstones of groups that the copy does not contain or whose rows were omitted.</summary>
    public async Task ApplyOthersAsync(CancellationToken cancellation)
    {
        foreach (var tombstone in tombstones.Groups.Values.Where(tombstone => !_seen.ContainsKey(tombstone.Partition)))
            await PutAsync(tombstone with { IsSwept = true }, cancellation);
    }

    private async Task RunAsync(
        GroupId id, UnverifiedGroup head, List<TableEntity> rows, CancellationToken cancellation)
    {
        var owner = PartitionKey.Of(Root, "partition", id.Owner.Value);
        var incarnation = UnverifiedColumns.Get<int>(head.Row, Tables.GroupsName, nameof(GroupHead.Incarnation));
        if (tombstones.Groups.TryGetValue(head.Partition, out var erased) && erased.Incarnation >= incarnation)
        {
            count.Erased();
            await EndAsync(erased, cancellation);
            return;
        }

        // The restored row: it is a tombstone if the owner was erased.
        var row = await tables.Accounts.GetAsync(owner, RowKeys.Account(owner), cancellation);
        var key = row is null || !AccountRow.IsActive(row)
            || !keys.TryGetValue(Keyring.NumberOf(Account.SealedKey(row)), out var shardKey)
            ? null
            : Account.Verify(row, id.Owner, shardKey).Key;
        if (key is null || head.Generation != key.Number)
        {
            count.Erased();
            await EndAsync(head.ToTombstone(), cancellation);
            return;
        }

        var verified = head.Verify(key);
        var next = rows.Where(each => IsGood(each, verified, key)).Select(Restore.Plain).ToList();
        count.Written(next.Count);
        count.Left(rows.Count - next.Count);
        await IndexAsync(owner, next, cancellation);
        await Restore.PutAsync(
            tables.Groups,
            next,
            each => IsEvent(each) ? each : RowMac.Sign(each, Tables.GroupsName, key),
            TimeProvider.System,
            cancellation);
    }

    private static bool IsEvent(TableEntity row) =>
        row.RowKey.StartsWith(RowKeys.EventPrefix, StringComparison.Ordinal);

    /// <summary>
    /// Returns false if the row belongs to an earlier incarnation, is newer than the head, or was modified.
    /// </summary>
    private static bool IsGood(TableEntity row, GroupHead head, SealingKey key)
    {
        if (IsEvent(row))
            return true;
        try
        {
            RowMac.Verify(row, Tables.GroupsName, key);
        }
        catch (TamperedException)
        {
            return false;
        }

        var isPerson = row.RowKey.StartsWith(RowKeys.MemberPrefix, StringComparison.Ordinal)
            || row.RowKey.StartsWith(RowKeys.DelegatePrefix, StringComparison.Ordinal);
        if (isPerson)
            return UnverifiedColumns.Get<long>(row, Tables.GroupsName, nameof(GroupHead.Epoch)) <= head.Epoch;
        return !row.RowKey.StartsWith(RowKeys.VersionPrefix, StringComparison.Ordinal)
            || string.CompareOrdinal(row.RowKey, RowKeys.Version(row.PartitionKey, head.Active.Version)) <= 0;
    }

    /// <summary>
    /// Rebuilds the index, because the copy read it at another time than the groups. An account that is missing in the
    /// index could never be erased from the group.
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

    /// <summary>Restores a group that was deleted before the copy: only its tombstone.</summary>
    private Task RestoreAsync(GroupTombstone known, CancellationToken cancellation)
    {
        var last = tombstones.Groups.TryGetValue(known.Partition, out var other)
            && (other.Incarnation, other.Epoch).CompareTo((known.Incarnation, known.Epoch)) > 0
                ? other
                : known;
        return known.IsSwept ? PutAsync(last with { IsSwept = true }, cancellation) : EndAsync(last, cancellation);
    }

    /// <summary>
    /// Writes only the group's tombstone. The timer removes rows that an earlier restore attempt left. The group is in
    /// no account's index, so its own partition stands in for the owner.
    /// </summary>
    private async Task EndAsync(GroupTombstone tombstone, CancellationToken cancellation)
    {
        await tables.Unfinished.PutAsync(
            new TableEntity(DeletionTable.Groups,
                tombstone.Partition) { [DeletionTable.OwnerColumn] = tombstone.Partition }, cancellation);
        await PutAsync(tombstone with { IsSwept = false }, cancellation);
    }

    private Task PutAsync(GroupTombstone tombstone, CancellationToken cancellation) =>
        tables.Groups.PutAsync(tombstone.ToRow(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Root),
            cancellation);
}
