using System.Runtime.CompilerServices;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Deletions that may not be complete: a row is written before the first step and goes after the last, and a timer takes up what stands there.
/// A row grants and decides nothing; what there is to do is read from the thing itself.
/// </summary>
public sealed class UnfinishedDeletions(Tables tables, TimeProvider clock)
{
    public const string Groups = "groups";
    public const string Accounts = "accounts";

    /// <summary>
    /// Longer than any request lasts, even where our clock and the storage's differ by a minute: what was under way when something was deleted
    /// has ended after it.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    internal const string OwnerColumn = "Owner";

    /// <param name="kind">What is deleted: <see cref="Groups"/> or <see cref="Accounts"/>.</param>
    /// <param name="partition">Its partition key.</param>
    /// <param name="owner">The partition key of the account that it belongs to.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public Task PutAsync(string kind, string partition, string owner, CancellationToken cancellation) =>
        tables.Unfinished.PutAsync(new TableEntity(kind, partition) { [OwnerColumn] = owner }, cancellation);

    public Task<TableEntity?> FindAsync(string kind, string partition, CancellationToken cancellation) =>
        tables.Unfinished.GetAsync(kind, partition, cancellation);

    /// <summary>Removes a row as it was read: one that was written since belongs to a later deletion.</summary>
    public Task RemoveAsync(TableEntity? row, CancellationToken cancellation) =>
        row is null ? Task.CompletedTask : tables.Unfinished.DeleteAsync(row.PartitionKey, row.RowKey, cancellation, row.ETag);

    /// <summary>Removes a row of something that was not deleted, unless a request may still be about to do it.</summary>
    public Task RemoveIfOldAsync(TableEntity? row, CancellationToken cancellation) =>
        clock.GetUtcNow() - row?.Timestamp > Grace ? RemoveAsync(row, cancellation) : Task.CompletedTask;

    public async IAsyncEnumerable<(string Partition, string Owner)> ListAsync(string kind, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in tables.Unfinished.QueryAsync(kind, cancellation))
        {
            // What has another form is not ours, and must not keep us from the others.
            if (PartitionKey.IsValid(row.RowKey) && row.TryGetValue(OwnerColumn, out var owner) && owner is string text && PartitionKey.IsValid(text))
                yield return (row.RowKey, text);
        }
    }
}
