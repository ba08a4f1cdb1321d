using System.Runtime.CompilerServices;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace AtpKeyserver.Storage;

/// <summary>
/// One table. Reads are retried by the client's pipeline; a change is not, because a retry whose first try had succeeded looks like a conflict:
/// <see cref="PartitionChange"/> decides. A table that does not exist, or is being
/// deleted, is an empty one, made by the first write to it.
/// </summary>
public sealed class Table(TableClient reads, TableClient changes, TableClient? scans = null, RetryBudget? retries = null)
{
    /// <summary>Operations that one transaction may have; Azurite takes more than the service.</summary>
    public const int MaxTransaction = 100;

    public string Name => reads.Name;

    /// <summary>For who repeats a change.</summary>
    public RetryBudget Retries { get; } = retries ?? new RetryBudget();

    public Task<TableEntity?> GetAsync(string partition, string row, CancellationToken cancellation) =>
        ClientCall.RunAsync(async () =>
        {
            var answer = await reads.GetEntityIfExistsAsync<TableEntity>(partition, row, select: null, cancellation);
            if (!answer.HasValue)
            {
                ClientCall.CheckCode(answer.GetRawResponse());
                return null;
            }

            var found = answer.Value!;
            return RowShape.IsValid(found) && found.PartitionKey == partition && found.RowKey == row
                ? found
                : throw new FormatException("The answer is not the row that was asked for.");
        });

    /// <summary>The rows of a partition whose row key starts with the prefix, in the order of their keys.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="prefix">Empty for all rows but those whose key begins with a <c>~</c>.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <param name="after">A row key: only rows behind it. Null for all.</param>
    /// <param name="atOnce">How many rows one request brings, at most 1,000: as many as the caller will take.</param>
    public IAsyncEnumerable<TableEntity> QueryAsync(
        string partition, string prefix, CancellationToken cancellation, string? after = null, int? atOnce = null)
    {
        var end = End(prefix);
        var filter = after is null
            ? TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {prefix} and RowKey lt {end}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {after} and RowKey lt {end}");
        return QueryAsync(filter, atOnce, cancellation);
    }

    /// <summary>All rows of a partition, in the order of their keys.</summary>
    public IAsyncEnumerable<TableEntity> QueryAsync(string partition, CancellationToken cancellation) =>
        QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), atOnce: null, cancellation);

    /// <summary>At most <paramref name="limit"/> of these rows, behind <paramref name="after"/>, and whether more follow.</summary>
    public async Task<Page<TableEntity>> ReadPageAsync(
        string partition, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        var rows = new List<TableEntity>(limit);
        await foreach (var row in QueryAsync(partition, prefix, cancellation, after, atOnce: limit + 1))
        {
            if (rows.Count == limit)
                return new(rows, rows[^1].RowKey);
            rows.Add(row);
        }

        return new(rows, null);
    }

    /// <summary>The rows of a partition whose row key starts with the prefix, from this rest of it on, in the order of their keys; both may be empty.</summary>
    public IAsyncEnumerable<TableEntity> QueryFromAsync(string partition, string prefix, string from, int atOnce, CancellationToken cancellation) =>
        QueryAsync(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {prefix + from} and RowKey lt {End(prefix)}"), atOnce, cancellation);

    /// <summary>The rows of a partition from one row key to another, both included, in the order of their keys.</summary>
    public IAsyncEnumerable<TableEntity> QueryRangeAsync(
        string partition, string first, string last, CancellationToken cancellation, int? atOnce = null) =>
        QueryAsync(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {first} and RowKey le {last}"),
            atOnce,
            cancellation);

    /// <summary>The rows of the partitions from one up to another, which is not among them, in the order of their keys.</summary>
    public IAsyncEnumerable<TableEntity> QueryPartitionsAsync(string first, string end, int atOnce, CancellationToken cancellation) =>
        QueryAsync(TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey lt {end}"), atOnce, cancellation);

    /// <summary>
    /// The rows of all partitions whose row key starts with the prefix. The storage reads the whole table for it, and
    /// may do so for 5 s before it answers with the rows that it has found by then, even none.
    /// </summary>
    /// <param name="prefix">Of the row keys.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <param name="after">A partition: only rows of those behind it. Empty for all.</param>
    public IAsyncEnumerable<TableEntity> ScanAsync(string prefix, CancellationToken cancellation, string after = "")
    {
        var end = End(prefix);
        var filter = after.Length == 0
            ? TableClient.CreateQueryFilter($"RowKey ge {prefix} and RowKey lt {end}")
            : TableClient.CreateQueryFilter($"PartitionKey gt {after} and RowKey ge {prefix} and RowKey lt {end}");
        return QueryAsync(scans ?? reads, filter, atOnce: null, cancellation);
    }

    /// <summary>
    /// The same, from behind this partition to the end and then from the beginning up to it: whoever may be cut off, and begins elsewhere each
    /// time, reaches every row in the end.
    /// </summary>
    public IAsyncEnumerable<TableEntity> ScanAroundAsync(string prefix, string partition, CancellationToken cancellation)
    {
        var upTo = TableClient.CreateQueryFilter($"PartitionKey le {partition} and RowKey ge {prefix} and RowKey lt {End(prefix)}");
        return ScanAsync(prefix, cancellation, after: partition).Concat(QueryAsync(scans ?? reads, upTo, atOnce: null, cancellation));
    }

    private IAsyncEnumerable<TableEntity> QueryAsync(string filter, int? atOnce, CancellationToken cancellation) =>
        QueryAsync(reads, filter, atOnce, cancellation);

    private static async IAsyncEnumerable<TableEntity> QueryAsync(
        TableClient client, string filter, int? atOnce, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = client.QueryAsync<TableEntity>(filter, atOnce, select: null, cancellation);
        await using var rows = StoragePages.ReadAsync(query, cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await rows.MoveNextAsync())
                    yield break;
            }
            catch (RequestFailedException e) when (IsWithoutTable(e))
            {
                yield break;
            }

            yield return rows.Current;
        }
    }

    /// <summary>The end of the range of row keys with this prefix: its last character raised by one. An empty one ends before the <c>~</c>.</summary>
    private static string End(string prefix) =>
        prefix.Length == 0 ? "~" : string.Concat(prefix.AsSpan(0, prefix.Length - 1), ((char)(prefix[^1] + 1)).ToString());

    /// <summary>Makes the table where it is missing.</summary>
    public Task CreateAsync(CancellationToken cancellation) =>
        ClientCall.RunAsync(() => reads.CreateIfNotExistsAsync(cancellation));

    /// <summary>Inserts a row; false when one stands there already. May be repeated: the second time is false.</summary>
    public async Task<bool> TryInsertAsync(TableEntity row, CancellationToken cancellation)
    {
        try
        {
            await CreatingTableAsync(() => reads.AddEntityAsync(row, cancellation), cancellation);
            return true;
        }
        catch (RequestFailedException e) when (IsTaken(e))
        {
            return false;
        }
    }

    /// <summary>
    /// Inserts a row that must be new: false when one stands there already. Tried once, so that false never means our own first try; a try
    /// without an answer throws.
    /// </summary>
    public async Task<bool> TryInsertOnceAsync(TableEntity row, CancellationToken cancellation)
    {
        try
        {
            await CreatingTableAsync(() => changes.AddEntityAsync(row, cancellation), cancellation);
            return true;
        }
        catch (RequestFailedException e) when (IsTaken(e))
        {
            return false;
        }
    }

    /// <summary>Replaces the row if it is still the one that was read; false when somebody was faster.</summary>
    public async Task<bool> TryReplaceAsync(TableEntity row, ETag etag, CancellationToken cancellation)
    {
        try
        {
            await ClientCall.RunAsync(
                () => changes.UpdateEntityAsync(row, etag, TableUpdateMode.Replace, cancellation));
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return false;
        }
    }

    /// <summary>Writes the row whether or not one stands there.</summary>
    public Task PutAsync(TableEntity row, CancellationToken cancellation) =>
        CreatingTableAsync(() => reads.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation), cancellation);

    /// <summary>Writes up to 100 rows of one partition in one transaction, whether or not they stand there. May be repeated.</summary>
    public Task PutAllAsync(IReadOnlyList<TableEntity> rows, CancellationToken cancellation) =>
        SubmitAsync(reads, [.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row))], cancellation);

    /// <summary>Deletes the row; that it is absent, or with an ETag that it was changed since, is no error.</summary>
    public async Task DeleteAsync(string partition, string row, CancellationToken cancellation, ETag? etag = null)
    {
        try
        {
            await ClientCall.RunAsync(async () =>
            {
                var answer = await reads.DeleteEntityAsync(partition, row, etag ?? ETag.All, cancellation);
                if (answer.Status == 404)
                    ClientCall.CheckCode(answer);
                return answer;
            });
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
        }
    }

    /// <summary>Deletes up to 100 rows of one partition as they were read: one that was changed since stays. May be repeated.</summary>
    public async Task DeleteAllAsync(IReadOnlyList<TableEntity> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;
        try
        {
            await SubmitAsync([.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, row.ETag))], cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            // Somebody else is at it, too.
            foreach (var row in rows)
                await DeleteAsync(row.PartitionKey, row.RowKey, cancellation, row.ETag);
        }
    }

    /// <summary>One entity-group transaction, tried once.</summary>
    public Task SubmitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation) =>
        SubmitAsync(changes, actions, cancellation);

    private Task SubmitAsync(TableClient client, IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation)
    {
        if (actions.Count is 0 or > MaxTransaction
            || actions.Any(a => a.Entity.PartitionKey != actions[0].Entity.PartitionKey))
            throw new InvalidOperationException("A transaction has one partition and 1 to 100 operations.");
        return CreatingTableAsync(
            async () =>
            {
                var parts = (await client.SubmitTransactionAsync(actions, cancellation)).Value;
                return parts.Count == actions.Count && parts.All(static part => part.Status is >= 200 and < 300)
                    ? parts
                    : throw new FormatException("The answer to a transaction is incomplete.");
            },
            cancellation);
    }

    private async Task CreatingTableAsync<T>(Func<Task<T>> write, CancellationToken cancellation)
    {
        try
        {
            await ClientCall.RunAsync(write);
        }
        catch (RequestFailedException e) when (ClientCall.CodeOf(e) == TableErrorCode.TableNotFound)
        {
            await CreateAsync(cancellation);
            await ClientCall.RunAsync(write);
        }
    }

    private static bool IsTaken(RequestFailedException failure) =>
        ClientCall.CodeOf(failure) == TableErrorCode.EntityAlreadyExists;

    private static bool IsWithoutTable(RequestFailedException failure) =>
        ClientCall.CodeOf(failure) is var code
        && (code == TableErrorCode.TableNotFound || code == TableErrorCode.TableBeingDeleted);
}
