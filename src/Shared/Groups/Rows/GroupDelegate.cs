using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Storage;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// A delegate's row. If a removed delegate has added members, its row stays without permissions, to resolve the
/// <see cref="GroupMember.AddedBy"/> of those members.
/// </summary>
/// <param name="Did">The delegate.</param>
/// <param name="Incarnation">The group's incarnation.</param>
/// <param name="Epoch">
/// The group's epoch after the permissions were given or removed: a head with a lower epoch is older than this row.
/// </param>
/// <param name="Permissions">None for a former delegate.</param>
/// <param name="Expires">When the rights expire; null for never.</param>
/// <param name="Created">When the permissions were given.</param>
/// <param name="ActorId">
/// 16 random hex digits that identify the delegate in other rows; kept as long as the row.
/// </param>
/// <param name="HasAdded">Whether the delegate ever added a member.</param>
/// <param name="ETag">The ETag of the row.</param>
public sealed record GroupDelegate(
    string Did,
    int Incarnation,
    long Epoch,
    Permissions Permissions,
    DateTimeOffset? Expires,
    DateTimeOffset Created,
    string ActorId,
    bool HasAdded,
    ETag? ETag = null)
{
    private const string Table = Tables.GroupsName;

    public bool IsFormer => Permissions == Permissions.None;

    public RowAge AgeUnder(GroupHead head) => head.AgeOf(Incarnation, Epoch);

    /// <summary>
    /// Whether the delegate has all these permissions; with none, whether it is an unexpired delegate.
    /// </summary>
    public bool May(Permissions requested, DateTimeOffset now) =>
        !IsFormer && !(now >= Expires) && Permissions.HasFlag(requested);

    /// <exception cref="TamperedException">The row failed verification.</exception>
    public static GroupDelegate Verify(TableEntity row, SealingKey key)
    {
        RowMac.Verify(row, Table, key);
        return new GroupDelegate(
            row.GetString(nameof(Did)),
            (int)row[nameof(Incarnation)],
            (long)row[nameof(Epoch)],
            (Permissions)(int)row[nameof(Permissions)],
            (long)row[nameof(Expires)] is > 0 and var expires ? DateTimeOffset.FromUnixTimeMilliseconds(expires) : null,
            DateTimeOffset.FromUnixTimeMilliseconds((long)row[nameof(Created)]),
            row.GetString(nameof(ActorId)),
            (int)row[nameof(HasAdded)] != 0,
            row.ETag);
    }

    /// <param name="partition">The group's partition.</param>
    /// <param name="account">The partition key of the delegate's account.</param>
    /// <param name="key">The owner's account key.</param>
    public TableEntity ToRow(string partition, string account, SealingKey key) => RowMac.Sign(
        new TableEntity(partition, RowKeys.Delegate(partition, account))
        {
            [nameof(Did)] = Did,
            [nameof(Incarnation)] = Incarnation,
            [nameof(Epoch)] = Epoch,
            [nameof(Permissions)] = (int)Permissions,
            [nameof(Expires)] = Expires?.ToUnixTimeMilliseconds() ?? 0L,
            [nameof(Created)] = Created.ToUnixTimeMilliseconds(),
            [nameof(ActorId)] = ActorId,
            [nameof(HasAdded)] = HasAdded ? 1 : 0,
        },
        Table,
        key);
}
