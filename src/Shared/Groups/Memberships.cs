using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

/// <summary>
/// The index from an account to its groups, for listing, export and erasure. It grants nothing: a row is written before the group's change and
/// removed after it, so it may hold a group too many and never one too few, and readers confirm each against the group's head.
/// </summary>
public sealed class Memberships(Tables tables, PartitionKeys partitions)
{
    public const string Owner = "owner";
    public const string Member = "member";
    public const string Delegate = "delegate";

    internal const string GroupColumn = "Group";

    /// <param name="account">Whose row.</param>
    /// <param name="role">What it is to the group.</param>
    /// <param name="group">The partition key of the group.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task PutAsync(Did account, string role, string group, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(account, cancellation);
        await tables.Memberships.PutAsync(new TableEntity(partition, RowKeys.Membership(partition, role, group)) { [GroupColumn] = group }, cancellation);
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
