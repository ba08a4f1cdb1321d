using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

/// <summary>A group's head row: everything that decides, in one row, which every change of the group rewrites.</summary>
/// <param name="Partition">The encoded group id.</param>
/// <param name="Incarnation">Counts how often the group was made; rows of another incarnation do not count.</param>
/// <param name="Epoch">Counts the changes of versions, members and delegates.</param>
/// <param name="Active">The active version, its sealed key included.</param>
/// <param name="Created">When this incarnation was made.</param>
/// <param name="IsDeleted">The head is a tombstone that keeps incarnation and last version.</param>
/// <param name="ChangeId">Of the change that wrote the row that was read; null where none was.</param>
/// <param name="ETag">Of the row that was read.</param>
public sealed record GroupHead(
    string Partition, int Incarnation, long Epoch, KeyVersion Active, DateTimeOffset Created, bool IsDeleted, string? ChangeId, ETag? ETag)
{
    private const string Table = "groups";
    private const string StateColumn = "State";
    private const string ActiveState = "active";
    private const string DeletedState = "deleted";

    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
    public static GroupHead Verify(TableEntity row, SealingKey key)
    {
        RowMac.Verify(row, Table, key);
        return Unverified(row);
    }

    /// <summary>The head of an account key that is gone: good for its numbers only.</summary>
    public static GroupHead Unverified(TableEntity row) => new(
        row.PartitionKey,
        UnverifiedColumns.Get<int>(row, Table, nameof(Incarnation)),
        UnverifiedColumns.Get<long>(row, Table, nameof(Epoch)),
        KeyVersionRows.ReadActive(row, Table),
        DateTimeOffset.FromUnixTimeMilliseconds(UnverifiedColumns.Get<long>(row, Table, nameof(Created))),
        UnverifiedColumns.Get<string>(row, Table, StateColumn) == DeletedState,
        UnverifiedColumns.Get<string>(row, Table, PartitionChange.IdColumn),
        row.ETag);

    public TableEntity ToRow(string changeId, SealingKey key)
    {
        var row = new TableEntity(Partition, RowKeys.Head(Partition))
        {
            [nameof(Incarnation)] = Incarnation,
            [nameof(Epoch)] = Epoch,
            [nameof(Created)] = Created.ToUnixTimeMilliseconds(),
            [StateColumn] = IsDeleted ? DeletedState : ActiveState,
            [UnverifiedColumns.Generation] = key.Number,
            [PartitionChange.IdColumn] = changeId,
        };
        KeyVersionRows.WriteActive(row, Active);
        return RowMac.Sign(row, Table, key);
    }
}
