using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// What stays of a deleted group, in its head's place and signed by the keyring's root: numbers that must never be used again. It names nobody:
/// the partition is a keyed hash. And it stays for ever, so that no change that began before can be committed after.
/// </summary>
/// <param name="Partition">Of the group.</param>
/// <param name="Incarnation">The last one.</param>
/// <param name="Epoch">The last one.</param>
/// <param name="Version">The last version of its key.</param>
/// <param name="IsSwept">No row of the group is left: it may be made anew.</param>
/// <param name="ETag">Of the row that was read.</param>
public sealed record GroupTombstone(string Partition, int Incarnation, long Epoch, int Version, bool IsSwept, ETag? ETag)
{
    private const string Table = "groups";

    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
    public static GroupTombstone Verify(TableEntity row, SealingKey root)
    {
        RowMac.Verify(row, Table, root);
        return new GroupTombstone(
            row.PartitionKey,
            (int)row[nameof(Incarnation)],
            (long)row[nameof(Epoch)],
            (int)row[nameof(Version)],
            row.GetString(GroupHead.StateColumn) == GroupHead.DeletedState,
            row.ETag);
    }

    /// <summary>The end of a group whose owner's key is gone: the head cannot be verified any more and is good for its numbers only.</summary>
    public static GroupTombstone OfUnverified(TableEntity head) => new(
        head.PartitionKey,
        UnverifiedColumns.Get<int>(head, Table, nameof(GroupHead.Incarnation)),
        checked(UnverifiedColumns.Get<long>(head, Table, nameof(GroupHead.Epoch)) + 1),
        KeyVersionRows.ReadActive(head, Table).Version,
        IsSwept: false,
        head.ETag);

    /// <summary>In the place of a group that was never made.</summary>
    public static GroupTombstone OfNothing(string partition) => new(partition, Incarnation: 0, Epoch: 0, Version: 0, IsSwept: true, ETag: null);

    public TableEntity ToRow(string changeId, SealingKey root) => RowMac.Sign(
        new TableEntity(Partition, RowKeys.Head(Partition))
        {
            [GroupHead.StateColumn] = IsSwept ? GroupHead.DeletedState : GroupHead.DeletingState,
            [nameof(Incarnation)] = Incarnation,
            [nameof(Epoch)] = Epoch,
            [nameof(Version)] = Version,
            [PartitionChange.IdColumn] = changeId,
        },
        Table,
        root);
}
