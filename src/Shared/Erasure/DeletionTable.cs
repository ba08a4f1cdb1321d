using System.Runtime.CompilerServices;
using AtpKeyserver.Erasure.Rows;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Erasure;

/// <summary>
/// Deletions that may be incomplete. A row is written before the first step and removed after the last; a timer resumes
/// deletions that still have one. A row grants and decides nothing: what is left to do is read from the group or
/// account.
/// </summary>
public sealed class DeletionTable(Tables tables, TimeProvider clock)
{
    public const string Groups = "groups";
    public const string Accounts = "accounts";

    /// <summary>
    /// Longer than any request, even if our clock and the storage's differ by a minute: every request that was in
    /// progress during a deletion has ended by then.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    internal const string OwnerColumn = "Owner";

    /// <param name="kind">What is deleted: <see cref="Groups"/> or <see cref="Accounts"/>.</param>
    /// <param name="partition">The partition key of the group or account.</param>
    /// <param name="owner">The partition key of its owner's account.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public Task PutAsync(string kind, string partition, string owner, CancellationToken cancellation) =>
        tables.Unfinished.PutAsync(new TableEntity(kind, partition) { [OwnerColumn] = owner }, cancellation);

    public async Task<UnfinishedDeletion?> FindAsync(string kind, string partition, CancellationToken cancellation) =>
        await tables.Unfinished.GetAsync(kind, partition, cancellation) is { } row
            ? new UnfinishedDeletion(row)
            : null;

    /// <summary>Removes a row by its ETag: a row written since belongs to a later deletion.</summary>
    public Task RemoveAsync(UnfinishedDeletion? found, CancellationToken cancellation) =>
        found is { Row: var row }
            ? tables.Unfinished.DeleteAsync(row.PartitionKey, row.RowKey, cancellation, row.ETag)
            : Task.CompletedTask;

    /// <summary>
    /// Removes the row of a deletion that never happened, unless its request may still be in progress.
    /// </summary>
    public Task RemoveIfOldAsync(UnfinishedDeletion? found, CancellationToken cancellation) =>
        clock.GetUtcNow() - found?.Written > Grace ? RemoveAsync(found, cancellation) : Task.CompletedTask;

    public async IAsyncEnumerable<(string Partition, string Owner)> ListAsync(
        string kind, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in tables.Unfinished.QueryAsync(kind, cancellation))
        {
            // Skip invalid rows: they are not ours and must not block the others.
            if (PartitionKey.IsValid(row.RowKey)
                && row.TryGetValue(OwnerColumn, out var owner)
                && owner is string text
                && PartitionKey.IsValid(text))
                yield return (row.RowKey, text);
        }
    }
}
