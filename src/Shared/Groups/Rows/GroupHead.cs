using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// The head row of a group that exists: everything that decides, in one row, which every change of the group rewrites. A deleted group has a
/// <see cref="GroupTombstone"/> in its place.
/// </summary>
/// <param name="Partition">Of the group.</param>
/// <param name="Id">The group's id.</param>
/// <param name="Incarnation">Counts how often the group was made; rows of another incarnation do not count.</param>
/// <param name="Epoch">Counts the changes of versions, members and delegates.</param>
/// <param name="Active">The active version, its sealed key included.</param>
/// <param name="Created">When this incarnation was made.</param>
/// <param name="ChangeId">Of the change that wrote the row that was read; null where none was.</param>
/// <param name="ETag">Of the row that was read.</param>
public sealed record GroupHead(
    string Partition, string Id, int Incarnation, long Epoch, KeyVersion Active, DateTimeOffset Created, string? ChangeId, ETag? ETag)
{
    internal const string StateColumn = "State";
    internal const string ActiveState = "active";
    internal const string DeletingState = "deleting";
    internal const string DeletedState = "deleted";

    internal const string Table = "groups";
    private const string IdColumn = "GroupId";

    /// <summary>Not verified: a wrong state leads to a key that does not fit the authenticator.</summary>
    public static bool IsActive(TableEntity row) => UnverifiedColumns.Get<string>(row, Table, StateColumn) == ActiveState;

    /// <summary>The id that stands in the row, not verified: it says whose key verifies the row.</summary>
    public static string UnverifiedId(TableEntity row) => UnverifiedColumns.Get<string>(row, Table, IdColumn);

    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
    public static GroupHead Verify(TableEntity row, SealingKey key)
    {
        RowMac.Verify(row, Table, key);
        return new GroupHead(
            row.PartitionKey,
            row.GetString(IdColumn),
            (int)row[nameof(Incarnation)],
            (long)row[nameof(Epoch)],
            KeyVersionRows.ReadActive(row, Table),
            DateTimeOffset.FromUnixTimeMilliseconds((long)row[nameof(Created)]),
            row.GetString(PartitionChange.IdColumn),
            row.ETag);
    }

    public TableEntity ToRow(string changeId, SealingKey key)
    {
        var row = new TableEntity(Partition, RowKeys.Head(Partition))
        {
            [StateColumn] = ActiveState,
            [IdColumn] = Id,
            [nameof(Incarnation)] = Incarnation,
            [nameof(Epoch)] = Epoch,
            [nameof(Created)] = Created.ToUnixTimeMilliseconds(),
            [UnverifiedColumns.Generation] = key.Number,
            [PartitionChange.IdColumn] = changeId,
        };
        KeyVersionRows.WriteActive(row, Active);
        return RowMac.Sign(row, Table, key);
    }
}
