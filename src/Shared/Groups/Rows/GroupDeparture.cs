using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// The row that says that a member left a group by itself. It is written in the transaction that removes the member,
/// and names nobody: its key holds the keyed hash of the account.
/// </summary>
/// <param name="Incarnation">Of the group that was left: a group that was recreated is another one.</param>
/// <param name="Left">When.</param>
public sealed record GroupDeparture(int Incarnation, DateTimeOffset Left)
{
    /// <summary>How long nobody may add the account to the group again.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromDays(30);

    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
    public static GroupDeparture Verify(TableEntity row, SealingKey key)
    {
        RowMac.Verify(row, GroupHead.Table, key);
        return new GroupDeparture((int)row[nameof(Incarnation)], TimeOf(row));
    }

    /// <summary>The time in a row that may not be ours: good for deciding when to look at it.</summary>
    /// <exception cref="TamperedException">The row holds no time.</exception>
    public static DateTimeOffset TimeOf(TableEntity row) =>
        UnverifiedColumns.TimeOf(row, GroupHead.Table, nameof(Left));

    /// <summary>Whether the account may not be added to the group of this head.</summary>
    public bool Blocks(GroupHead head, DateTimeOffset now) => Incarnation == head.Incarnation && now - Left < Rest;

    /// <param name="partition">The group's.</param>
    /// <param name="account">The partition key of the account.</param>
    /// <param name="key">The owner's account key.</param>
    public TableEntity ToRow(string partition, string account, SealingKey key) => RowMac.Sign(
        new TableEntity(partition, RowKeys.Left(partition, account))
        {
            [nameof(Incarnation)] = Incarnation,
            [nameof(Left)] = Left.ToUnixTimeMilliseconds(),
        },
        GroupHead.Table,
        key);
}
