using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Storage;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// A delegate's row. One that has added members stays after its removal as that of a former delegate: without permissions, only to say whom
/// the <see cref="GroupMember.AddedBy"/> of those members names.
/// </summary>
/// <param name="Did">Who.</param>
/// <param name="Incarnation">Of the group.</param>
/// <param name="Epoch">The group's epoch right after the permissions were given or taken: a head below that was read before.</param>
/// <param name="Permissions">None for a former delegate.</param>
/// <param name="Expires">From when on it has no rights; null for never.</param>
/// <param name="Created">When the permissions were given.</param>
/// <param name="ActorId">16 random hex digits that stand for it in the rows of others; kept as long as the row.</param>
/// <param name="HasAdded">Whether it ever added a member.</param>
/// <param name="ETag">Of the row that was read.</param>
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
    private const string Table = "groups";

    public bool IsFormer => Permissions == Permissions.None;

    /// <summary>Whether it may do all that is asked; asked for nothing, whether it is a delegate.</summary>
    public bool May(Permissions asked, DateTimeOffset now) => !IsFormer && !(now >= Expires) && Permissions.HasFlag(asked);

    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
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

    /// <param name="partition">The group's.</param>
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
