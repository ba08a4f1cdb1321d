using AtpKeyserver.Identity;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

/// <summary>
/// The index from an account to its groups, for listing, export and erasure. It grants nothing: a row is written before the group's change and
/// removed after it, so it may name a group too many and never one too few, and readers confirm each against the group's head.
/// </summary>
public sealed class Memberships(Tables tables)
{
    public const string Owner = "owner";
    public const string Member = "member";

    public Task PutAsync(Did account, string role, GroupId group, CancellationToken cancellation)
    {
        var partition = RowKeys.Partition(account.Value);
        return tables.Memberships.PutAsync(
            new TableEntity(partition, RowKeys.Membership(partition, role, group.Value)) { ["GroupId"] = group.Value }, cancellation);
    }

    /// <summary>The row as it stands now, for <see cref="DeleteAsync"/>.</summary>
    public Task<TableEntity?> FindAsync(Did account, string role, GroupId group, CancellationToken cancellation)
    {
        var partition = RowKeys.Partition(account.Value);
        return tables.Memberships.GetAsync(partition, RowKeys.Membership(partition, role, group.Value), cancellation);
    }

    /// <summary>Deletes a row that was read before the change which ended it: one that was written since belongs to a later change.</summary>
    public Task DeleteAsync(TableEntity? row, CancellationToken cancellation) =>
        row is null ? Task.CompletedTask : tables.Memberships.DeleteAsync(row.PartitionKey, row.RowKey, cancellation, row.ETag);
}
