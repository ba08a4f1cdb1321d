using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// The index from an account to its groups, for listing, export and erasure. It grants nothing. A row is written before
/// the group's change and removed after it, so the index may hold stale rows (of a denied or interrupted change) but
/// never lacks one. Readers confirm each row against the group's head.
/// </summary>
public sealed class Memberships(Tables tables, PartitionKeys partitions, ILogger<Memberships> logger)
{
    public const string Owner = "owner";
    public const string Member = "member";
    public const string Delegate = "delegate";

    /// <summary>
    /// Not a role: the account left the group on its own. The row leads the account's erasure to the
    /// <see cref="GroupDeparture"/>.
    /// </summary>
    public const string Left = "left";

    private const string GroupColumn = "Group";
    private const string LeftColumn = "LeftAt";

    /// <param name="account">The account of the row.</param>
    /// <param name="role">The account's role in the group.</param>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task PutAsync(Did account, string role, string group, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        await tables.Memberships.PutAsync(Row(partition, role, group), cancellation);
    }

    /// <summary>Records that an account is about to leave a group on its own.</summary>
    /// <param name="account">The account of the row.</param>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="time">When it leaves.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task PutLeftAsync(Did account, string group, DateTimeOffset time, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        await tables.Memberships.PutAsync(LeftRow(partition, group, time.ToUnixTimeMilliseconds()), cancellation);
    }

    /// <param name="account">The partition key of the account.</param>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="time">When it left, in milliseconds since 1970.</param>
    internal static TableEntity LeftRow(string account, string group, long time)
    {
        var row = Row(account, Left, group);
        row[LeftColumn] = time;
        return row;
    }

    /// <summary>When the account left the group that a row names.</summary>
    /// <exception cref="TamperedException">The row holds no time.</exception>
    public static DateTimeOffset LeftAt(TableEntity row) =>
        UnverifiedColumns.TimeOf(row, Tables.MembershipsName, LeftColumn);

    /// <param name="account">The partition key of the account.</param>
    /// <param name="role">The account's role in the group.</param>
    /// <param name="group">The partition key of the group.</param>
    internal static TableEntity Row(string account, string role, string group) =>
        new(account, RowKeys.Membership(account, role, group)) { [GroupColumn] = group };

    /// <summary>
    /// A page of an account's index. Invalid rows are logged and left out: the index grants nothing, so an invalid row
    /// must not hide the valid ones.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="role">Null for all roles.</param>
    /// <param name="after">The row key after which the page begins.</param>
    /// <param name="limit">Maximum number of rows.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<Page<Membership>> ReadPageAsync(
        Did account, string? role, string? after, int limit, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        var prefix = role is null ? "" : RowKeys.MembershipPrefix(role);
        var page = await tables.Memberships.ReadPageAsync(partition, prefix, after, limit, cancellation);
        return new([.. page.Entries.Select(TryRead).OfType<Membership>()], page.Next);
    }

    /// <summary>The partition key of the group that a row names.</summary>
    /// <exception cref="TamperedException">The row names no valid group.</exception>
    public static string GroupOf(TableEntity row) =>
        UnverifiedColumns.Get<string>(row, Tables.MembershipsName, GroupColumn) is var group
        && PartitionKey.IsValid(group)
            ? group
            : throw TamperedException.At(Tables.MembershipsName, "a row names no valid group");

    /// <summary>The role and the group of a row.</summary>
    /// <exception cref="TamperedException">The row is not ours.</exception>
    public static (string Role, string Group) Read(TableEntity row)
    {
        var (role, group) = (row.RowKey.Split(':')[0], GroupOf(row));
        return role is Owner or Member or Delegate or Left
            && row.RowKey == RowKeys.Membership(row.PartitionKey, role, group)
            ? (role, group)
            : throw TamperedException.At(
                Tables.MembershipsName, "a row has an unknown role, or the key of another row");
    }

    /// <summary>The current row, for <see cref="DeleteAsync"/>.</summary>
    public async Task<Membership?> FindAsync(Did account, string role, string group, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        return await tables.Memberships.GetAsync(
            partition, RowKeys.Membership(partition, role, group), cancellation) is { } row
            ? new Membership(partition, role, group, row.ETag)
            : null;
    }

    /// <summary>
    /// Deletes a row that was read before the change that ended it; a row written since belongs to a later change and
    /// stays.
    /// </summary>
    public Task DeleteAsync(Membership? row, CancellationToken cancellation) =>
        row is null
            ? Task.CompletedTask
            : tables.Memberships.DeleteAsync(
                row.Account, RowKeys.Membership(row.Account, row.Role, row.Group), cancellation, row.ETag);

    private Membership? TryRead(TableEntity row)
    {
        try
        {
            var (role, group) = Read(row);
            return new Membership(row.PartitionKey, role, group, row.ETag);
        }
        catch (TamperedException e)
        {
            Log.Tampered(logger, e);
            return null;
        }
    }
}
