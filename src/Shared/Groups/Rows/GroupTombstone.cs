using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions.Rows;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// Replaces the head of a deleted group, signed by the keyring's root. Holds the numbers that must never be reused. It
/// identifies nobody: the partition is a keyed hash. It is never deleted, so that no change that started before the
/// deletion can be committed after it.
/// </summary>
/// <param name="Partition">The group's partition.</param>
/// <param name="Incarnation">The last incarnation.</param>
/// <param name="Epoch">The last epoch.</param>
/// <param name="Version">The last version of its key.</param>
/// <param name="IsSwept">Whether no row of the group is left, so that it can be recreated.</param>
/// <param name="ETag">The ETag of the row.</param>
public sealed record GroupTombstone(
    string Partition, int Incarnation, long Epoch, int Version, bool IsSwept, ETag? ETag)
{
    private const string Table = Tables.GroupsName;

    /// <exception cref="TamperedException">The row failed verification.</exception>
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

    /// <summary>For a group that was never created.</summary>
    public static GroupTombstone OfMissing(string partition) =>
        new(partition, Incarnation: 0, Epoch: 0, Version: 0, IsSwept: true, ETag: null);

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
