using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// The index from an account to its groups, for listing, export and erasure. It grants nothing: a row is written before the group's change and
/// removed after it, so it may hold a group too many (a change was refused or broken off) and never one too few, and readers confirm each
/// against the group's head.
/// </summary>
public sealed class Memberships(Tables tables, PartitionKeys partitions)
{
    public const string Owner = "owner";
    public const string Member = "member";
    public const string Delegate = "delegate";

    /// <summary>
    /// No role: the account left the group by itself. The row leads the erasure of the account to the group's row that
    /// says so (<see cref="GroupDeparture"/>).
    /// </summary>
    public const string Left = "left";

    private const string GroupColumn = "Group";
    private const string LeftColumn = "LeftAt";

    /// <param name="account">Whose row.</param>
    /// <param name="role">What it is to the group.</param>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task PutAsync(Did account, string role, string group, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        await tables.Memberships.PutAsync(Row(partition, role, group), cancellation);
    }

    /// <summary>Says that an account is about to leave a group by itself.</summary>
    /// <param name="account">Whose row.</param>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="time">When.</param>
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
    public static DateTimeOffset LeftAt(TableEntity row) => UnverifiedColumns.TimeOf(row, "memberships", LeftColumn);

    /// <param name="account">The partition key of the account.</param>
    /// <param name="role">What it is to the group.</param>
    /// <param name="group">The partition key of the group.</param>
    internal static TableEntity Row(string account, string role, string group) =>
        new(account, RowKeys.Membership(account, role, group)) { [GroupColumn] = group };

    /// <summary>A piece of the index of an account.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="role">Null for all roles.</param>
    /// <param name="after">The row key behind which it begins.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<Page<TableEntity>> ReadPageAsync(Did account, string? role, string? after, int limit, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        var prefix = role is null ? "" : RowKeys.MembershipPrefix(role);
        return await tables.Memberships.ReadPageAsync(partition, prefix, after, limit, cancellation);
    }

    /// <summary>The partition key of the group that a row names.</summary>
    /// <exception cref="TamperedException">It names none.</exception>
    public static string GroupOf(TableEntity row) =>
        UnverifiedColumns.Get<string>(row, "memberships", GroupColumn) is var group && PartitionKey.IsValid(group)
            ? group
            : throw TamperedException.At("memberships", "a row names no group");

    /// <summary>What a row says.</summary>
    /// <exception cref="TamperedException">We did not write it.</exception>
    public static (string Role, string Group) Read(TableEntity row)
    {
        var (role, group) = (row.RowKey.Split(':')[0], GroupOf(row));
        return role is Owner or Member or Delegate or Left
            && row.RowKey == RowKeys.Membership(row.PartitionKey, role, group)
            ? (role, group)
            : throw TamperedException.At("memberships", "a row has an unknown role, or the key of another row");
    }

    /// <summary>The row as it stands now, for <see cref="DeleteAsync"/>.</summary>
    public async Task<TableEntity?> FindAsync(Did account, string role, string group, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        return await tables.Memberships.GetAsync(partition, RowKeys.Membership(partition, role, group), cancellation);
    }

    /// <summary>Deletes a row that was read before the change which ended it: one that was written since belongs to a later change.</summary>
    public Task DeleteAsync(TableEntity? row, CancellationToken cancellation) =>
        row is null ? Task.CompletedTask : tables.Memberships.DeleteAsync(row.PartitionKey, row.RowKey, cancellation, row.ETag);
}
