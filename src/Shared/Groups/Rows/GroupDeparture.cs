using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// Records that a member left a group on its own. Written in the transaction that removes the member. It identifies
/// nobody: its key holds the keyed hash of the account.
/// </summary>
/// <param name="Incarnation">The incarnation of the group: a recreated group is a different one.</param>
/// <param name="Left">When the member left.</param>
public sealed record GroupDeparture(int Incarnation, DateTimeOffset Left)
{
    /// <summary>How long the account cannot be added to the group again.</summary>
    public static readonly TimeSpan BlockTime = TimeSpan.FromDays(30);

    /// <exception cref="TamperedException">The row failed verification.</exception>
    public static GroupDeparture Verify(TableEntity row, SealingKey key)
    {
        RowMac.Verify(row, Tables.GroupsName, key);
        return new GroupDeparture((int)row[nameof(Incarnation)], TimeOf(row));
    }

    /// <summary>The time in an unverified row; use it only to decide when to process the row.</summary>
    /// <exception cref="TamperedException">The row holds no time.</exception>
    public static DateTimeOffset TimeOf(TableEntity row) =>
        UnverifiedColumns.TimeOf(row, Tables.GroupsName, nameof(Left));

    /// <summary>Whether the account cannot be added to the group with this head.</summary>
    public bool Blocks(GroupHead head, DateTimeOffset now) => Incarnation == head.Incarnation && now - Left < BlockTime;

    /// <param name="partition">The group's partition.</param>
    /// <param name="account">The partition key of the account.</param>
    /// <param name="key">The owner's account key.</param>
    public TableEntity ToRow(string partition, string account, SealingKey key) => RowMac.Sign(
        new TableEntity(partition, RowKeys.Left(partition, account))
        {
            [nameof(Incarnation)] = Incarnation,
            [nameof(Left)] = Left.ToUnixTimeMilliseconds(),
        },
        Tables.GroupsName,
        key);
}
