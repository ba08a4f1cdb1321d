using System.Collections.Concurrent;
using System.Security.Cryptography;
using AtpKeyserver.Accounts;
using AtpKeyserver.Groups;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Copies;

/// <summary>Groups, after the accounts of their owners.</summary>
internal sealed class GroupRestore(Tables tables, IReadOnlyDictionary<int, SealingKey> keys, Tombstones tombstones, RestoreCount count)
{
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
                count.Left(rows.Count);
            else if (!GroupHead.IsActive(head))
                await EndAsync(Later(GroupTombstone.Verify(head, Root)), rows, owner: null, cancellation);
            else if (!GroupId.TryParse(GroupHead.UnverifiedId(head), allowLocalhost: true, out var id)
                || PartitionKeys.Of(Root, "partition", id.Value) != partition)
                count.Left(rows.Count);
            else
                await RunAsync(id, head, rows, cancellation);
        }
        catch (TamperedException)
        {
            count.Left(rows.Count);
        }
    }

    /// <summary>Tombstones of groups that were made and deleted after the copy.</summary>
    public async Task ApplyOthersAsync(CancellationToken cancellation)
    {
        foreach (var tombstone in tombstones.Groups.Values.Where(tombstone => !_seen.ContainsKey(tombstone.Partition)))
            await PutAsync(tombstone, cancellation);
    }

    private async Task RunAsync(GroupId id, TableEntity head, List<TableEntity> rows, CancellationToken cancellation)
    {
        var owner = PartitionKeys.Of(Root, "partition", id.Owner.Value);
        var incarnation = UnverifiedColumns.Get<int>(head, "groups", nameof(GroupHead.Incarnation));
        if (tombstones.Groups.TryGetValue(head.PartitionKey, out var erased) && erased.Incarnation >= incarnation)
        {
            count.Erased();
            await EndAsync(erased, rows, owner, cancellation);
            return;
        }

        // As it was restored: an owner who was erased has a tombstone there.
        var row = await tables.Accounts.GetAsync(owner, RowKeys.Account(owner), cancellation);
        var key = row is null || !AccountRow.IsActive(row) || !keys.TryGetValue(Keyring.NumberOf(Account.SealedKey(row)), out var shardKey)
            ? null
            : Account.Verify(row, id.Owner, shardKey).Key;
        if (key is null || UnverifiedColumns.GenerationOf(head, "groups") != key.Number)
        {
            count.Erased();
            await EndAsync(GroupTombstone.OfUnverified(head), rows, owner, cancellation);
            return;
        }

        var verified = GroupHead.Verify(head, key);
        var next = rows.Where(each => IsGood(each, verified, key)).Select(Restore.Plain).ToList();
        count.Written(next.Count);
        count.Left(rows.Count - next.Count);
        await Restore.PutAsync(
            tables.Groups, next, each => IsEvent(each) ? each : RowMac.Sign(each, "groups", key), TimeProvider.System, cancellation);
    }

    private static bool IsEvent(TableEntity row) => row.RowKey.StartsWith(RowKeys.EventPrefix, StringComparison.Ordinal);

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
    /// The group's tombstone. Rows of people are brought back as they are, worth nothing: by them the timer finds what to remove.
    /// </summary>
    private async Task EndAsync(GroupTombstone tombstone, List<TableEntity> rows, string? owner, CancellationToken cancellation)
    {
        if (owner is not null)
        {
            await tables.Unfinished.PutAsync(
                new TableEntity(Unfinished.Groups, tombstone.Partition) { [Unfinished.OwnerColumn] = owner }, cancellation);
            tombstone = tombstone with { IsSwept = false };
        }

        await PutAsync(tombstone, cancellation);
        var people = rows.Where(row => row.RowKey.StartsWith(RowKeys.MemberPrefix, StringComparison.Ordinal)
            || row.RowKey.StartsWith(RowKeys.DelegatePrefix, StringComparison.Ordinal));
        await Restore.PutAsync(tables.Groups, people.Select(Restore.Plain), cancellation);
    }

    private GroupTombstone Later(GroupTombstone known) =>
        tombstones.Groups.TryGetValue(known.Partition, out var other)
        && (other.Incarnation, other.Epoch).CompareTo((known.Incarnation, known.Epoch)) > 0
            ? other
            : known;

    private Task PutAsync(GroupTombstone tombstone, CancellationToken cancellation) =>
        tables.Groups.PutAsync(tombstone.ToRow(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Root), cancellation);
}
