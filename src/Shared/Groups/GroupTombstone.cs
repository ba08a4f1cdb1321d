using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

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
