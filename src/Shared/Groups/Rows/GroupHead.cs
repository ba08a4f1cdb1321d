using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using AtpKeyserver.Versions.Rows;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// The head row of an existing group. Every change of the group rewrites it, so that it orders all changes. A deleted
/// group has a <see cref="GroupTombstone"/> instead.
/// </summary>
/// <param name="Partition">The group's partition.</param>
/// <param name="Id">The group's id.</param>
/// <param name="Incarnation">Counts how often the group was created; rows of other incarnations are ignored.</param>
/// <param name="Epoch">Counts changes of versions, members and delegates.</param>
/// <param name="Active">The active version, its sealed key included.</param>
/// <param name="Created">When this incarnation was created.</param>
/// <param name="LastLeft">
/// When a member last left on its own, which blocks its addition for a while; 1970 if none has, the
/// end of time if that is not known.
/// </param>
/// <param name="ChangeId">The id of the change that wrote the row; null for a new head.</param>
/// <param name="ETag">The ETag of the row.</param>
public sealed record GroupHead(
    string Partition,
    string Id,
    int Incarnation,
    long Epoch,
    KeyVersion Active,
    DateTimeOffset Created,
    DateTimeOffset LastLeft,
    string? ChangeId,
    ETag? ETag)
{
    internal const string StateColumn = "State";
    internal const string ActiveState = "active";
    internal const string DeletingState = "deleting";
    internal const string DeletedState = "deleted";
    internal const string IdColumn = "GroupId";

    /// <summary>Whether this is the active version; null means the active one.</summary>
    public bool IsActive(int? version) => version is null || version == Active.Version;

    /// <summary>The head after a change of members or delegates.</summary>
    public GroupHead NextEpoch() => this with { Epoch = Epoch + 1 };

    /// <summary>The head after a member left on its own.</summary>
    public GroupHead AfterLeaving(DateTimeOffset now) => this with { LastLeft = LastLeft > now ? LastLeft : now };

    /// <summary>Whether some <see cref="GroupDeparture"/> may still block an addition.</summary>
    public bool MayBlockAdditions(DateTimeOffset now) => now - LastLeft < GroupDeparture.BlockTime;

    /// <summary>Whether a row with these numbers, read after this head, counts.</summary>
    public RowAge AgeOf(int incarnation, long epoch) =>
        incarnation < Incarnation ? RowAge.Leftover
        : incarnation == Incarnation && epoch <= Epoch ? RowAge.Current
        : RowAge.NewerThanHead;

    /// <exception cref="TamperedException">The row failed verification.</exception>
    public static GroupHead Verify(TableEntity row, SealingKey key)
    {
        RowMac.Verify(row, Tables.GroupsName, key);
        return new GroupHead(
            row.PartitionKey,
            row.GetString(IdColumn),
            (int)row[nameof(Incarnation)],
            (long)row[nameof(Epoch)],
            KeyVersionColumns.ReadActive(row, Tables.GroupsName),
            DateTimeOffset.FromUnixTimeMilliseconds((long)row[nameof(Created)]),
            row.GetInt64(nameof(LastLeft)) is { } left
                ? DateTimeOffset.FromUnixTimeMilliseconds(left)
                : DateTimeOffset.MaxValue,
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
            [nameof(LastLeft)] = LastLeft.ToUnixTimeMilliseconds(),
            [UnverifiedColumns.Generation] = key.Number,
            [PartitionChange.IdColumn] = changeId,
        };
        KeyVersionColumns.WriteActive(row, Active);
        return RowMac.Sign(row, Tables.GroupsName, key);
    }
}
