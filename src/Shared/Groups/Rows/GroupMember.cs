using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>A member's row.</summary>
/// <param name="Did">The member.</param>
/// <param name="Incarnation">The group's incarnation.</param>
/// <param name="Epoch">The group's epoch after the addition: a head with a lower epoch is older than this row.</param>
/// <param name="Added">When the member was added.</param>
/// <param name="AddedBy">
/// <see cref="ByOwner"/>, or the <see cref="GroupDelegate.ActorId"/> of a delegate. Not a DID: an account's erasure
/// could not find it here.
/// </param>
public sealed record GroupMember(string Did, int Incarnation, long Epoch, DateTimeOffset Added, string AddedBy)
{
    public const string ByOwner = "owner";

    public RowAge AgeUnder(GroupHead head) => head.AgeOf(Incarnation, Epoch);

    /// <exception cref="TamperedException">The row failed verification.</exception>
    public static GroupMember Verify(TableEntity row, SealingKey key)
    {
        RowMac.Verify(row, Tables.GroupsName, key);
        return new GroupMember(
            row.GetString(nameof(Did)),
            (int)row[nameof(Incarnation)],
            (long)row[nameof(Epoch)],
            DateTimeOffset.FromUnixTimeMilliseconds((long)row[nameof(Added)]),
            row.GetString(nameof(AddedBy)));
    }

    /// <param name="partition">The group's partition.</param>
    /// <param name="account">The partition key of the member's account.</param>
    /// <param name="key">The owner's account key.</param>
    public TableEntity ToRow(string partition, string account, SealingKey key) => RowMac.Sign(
        new TableEntity(partition, RowKeys.Member(partition, account))
        {
            [nameof(Did)] = Did,
            [nameof(Incarnation)] = Incarnation,
            [nameof(Epoch)] = Epoch,
            [nameof(Added)] = Added.ToUnixTimeMilliseconds(),
            [nameof(AddedBy)] = AddedBy,
        },
        Tables.GroupsName,
        key);
}
