using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

/// <summary>A member's row.</summary>
/// <param name="Incarnation">Of the group it was added to.</param>
/// <param name="Epoch">The group's epoch right after it was added: a head below that was read before.</param>
/// <param name="Added">When.</param>
/// <param name="AddedBy">The owner or a delegate.</param>
public sealed record GroupMember(int Incarnation, long Epoch, DateTimeOffset Added, string AddedBy)
{
    private const string DidColumn = "Did";

    /// <summary>Null when the row is of another generation of the owner's account.</summary>
    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
    public static GroupMember? Verify(TableEntity row, SealingKey key)
    {
        if (UnverifiedColumns.GenerationOf(row, "groups") < key.Number)
            return null;
        RowMac.Verify(row, "groups", key);
        return new GroupMember(
            (int)row[nameof(Incarnation)],
            (long)row[nameof(Epoch)],
            DateTimeOffset.FromUnixTimeMilliseconds((long)row[nameof(Added)]),
            row.GetString(nameof(AddedBy)));
    }

    public TableEntity ToRow(string partition, Did member, SealingKey key) => RowMac.Sign(
        new TableEntity(partition, RowKeys.Member(partition, member.Value))
        {
            [DidColumn] = member.Value,
            [nameof(Incarnation)] = Incarnation,
            [nameof(Epoch)] = Epoch,
            [nameof(Added)] = Added.ToUnixTimeMilliseconds(),
            [nameof(AddedBy)] = AddedBy,
            [UnverifiedColumns.Generation] = key.Number,
        },
        "groups",
        key);
}
