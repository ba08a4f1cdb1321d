using System.Runtime.CompilerServices;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace AtpKeyserver.Storage;

/// <summary>
/// One table. The client retries reads. Changes are not retried, because a retry after a successful attempt looks like
/// a conflict; <see cref="PartitionChange"/> handles that. A table that does not exist or is being deleted reads as
/// empty; the first write creates it.
/// </summary>
public sealed class Table(
    TableClient reads, TableClient changes, TableClient? scans = null, RetryBudget? retries = null)
{
    /// <summary>Maximum operations per transaction. Azurite allows more.</summary>
    public const int MaxTransaction = 100;

    public string Name => reads.Name;

    /// <summary>The retry budget for changes.</summary>
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
                : throw new FormatException("The response contains a different row than requested.");
        });

    /// <summary>Rows whose row key starts with the prefix, in key order.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="prefix">Empty for all row keys before <c>~</c>.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <param name="after">Return only rows after this row key; null for all.</param>
    /// <param name="atOnce">Rows per request, at most 1,000: as many as the caller needs.</param>
    public IAsyncEnumerable<TableEntity> QueryAsync(
        string partition, string prefix, CancellationToken cancellation, string? after = null, int? atOnce = null)
    {
        var end = End(prefix);
        var filter = after is null
            ? TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {prefix} and RowKey lt {end}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {after} and RowKey lt {end}");
        return QueryAsync(filter, atOnce, cancellation);
    }

    /// <summary>All rows of a partition in key order.</summary>
    public IAsyncEnumerable<TableEntity> QueryAsync(string partition, CancellationToken cancellation) =>
        QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), atOnce: null, cancellation);

    /// <summary>
    /// At most <paramref name="limit"/> of these rows after <paramref name="after"/>, and whether more follow.
    /// </summary>
    public async Task<Page<TableEntity>> ReadPageAsync(
        string partition, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        // One row more is read, and the storage returns at most 1,000 at once.
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(limit, 1000);
        var rows = new List<TableEntity>(limit);
        await foreach (var row in QueryAsync(partition, prefix, cancellation, after, atOnce: limit + 1))
        {
            if (rows.Count == limit)
                return new(rows, rows[^1].RowKey);
            rows.Add(row);
        }

        return new(rows, null);
    }

    /// <summary>
    /// Rows whose row key starts with the prefix, starting at prefix + <c>from</c>, in key order. Both may be empty.
    /// </summary>
    public IAsyncEnumerable<TableEntity> QueryFromAsync(
        string partition, string prefix, string from, int atOnce, CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {partition} and RowKey ge {prefix + from} and RowKey lt {End(prefix)}");
        return QueryAsync(filter, atOnce, cancellation);
    }

    /// <summary>Rows from the first to the last row key, inclusive, in key order.</summary>
    public IAsyncEnumerable<TableEntity> QueryRangeAsync(
        string partition, string first, string last, CancellationToken cancellation, int? atOnce = null) =>
        QueryAsync(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {first} and RowKey le {last}"),
            atOnce,
            cancellation);

    /// <summary>
    /// Rows of all partitions whose row key starts with the prefix. This is a full table scan: the storage may respond
    /// after 5 s with partial or no results and a continuation.
    /// </summary>
    /// <param name="prefix">Row-key prefix.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <param name="after">Return only rows of later partitions; empty for all.</param>
    public IAsyncEnumerable<TableEntity> ScanAsync(string prefix, CancellationToken cancellation, string after = "")
    {
        var end = End(prefix);
        var filter = after.Length == 0
            ? TableClient.CreateQueryFilter($"RowKey ge {prefix} and RowKey lt {end}")
            : TableClient.CreateQueryFilter($"PartitionKey gt {after} and RowKey ge {prefix} and RowKey lt {end}");
        return QueryAsync(scans ?? reads, filter, atOnce: null, cancellation);
    }

    /// <summary>
    /// As <see cref="ScanAsync"/>, but starts after this partition and wraps around. Callers that may be interrupted
    /// choose a different start each time, so that all rows are reached eventually.
    /// </summary>
    public IAsyncEnumerable<TableEntity> ScanAroundAsync(
        string prefix, string partition, CancellationToken cancellation)
    {
        var upTo = TableClient.CreateQueryFilter(
            $"PartitionKey le {partition} and RowKey ge {prefix} and RowKey lt {End(prefix)}");
        return ScanAsync(prefix, cancellation, after: partition)
            .Concat(QueryAsync(scans ?? reads, upTo, atOnce: null, cancellation));
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

    /// <summary>
    /// The exclusive end of a prefix range: the last character plus one. For an empty prefix, <c>~</c>.
    /// </summary>
    private static string End(string prefix) =>
        prefix.Length == 0
            ? "~"
            : string.Concat(prefix.AsSpan(0, prefix.Length - 1), ((char)(prefix[^1] + 1)).ToString());

    /// <summary>Creates the table if it does not exist.</summary>
    public Task CreateAsync(CancellationToken cancellation) =>
        ClientCall.RunAsync(() => reads.CreateIfNotExistsAsync(cancellation));

    /// <summary>Inserts a row; false if it exists. The client retries, so false may also mean our own insert.</summary>
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
    /// Inserts a row; false if it exists. Not retried, so false never means our own insert; an attempt without a
    /// response throws.
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

    /// <summary>Replaces the row if it has not changed since it was read; otherwise false.</summary>
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

    /// <summary>Inserts or replaces the row.</summary>
    public Task PutAsync(TableEntity row, CancellationToken cancellation) =>
        CreatingTableAsync(() => reads.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation), cancellation);

    /// <summary>Inserts or replaces up to 100 rows of one partition in one transaction. Safe to repeat.</summary>
    public Task PutAllAsync(IReadOnlyList<TableEntity> rows, CancellationToken cancellation) => SubmitAsync(
        reads,
        [.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row))],
        cancellation);

    /// <summary>Deletes the row. A missing row or, with an ETag, a changed one is not an error.</summary>
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

    /// <summary>
    /// Deletes up to 100 rows of one partition unless they changed since they were read. Safe to repeat.
    /// </summary>
    public async Task DeleteAllAsync(IReadOnlyList<TableEntity> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;
        if (rows.Count == 1)
        {
            await DeleteAsync(rows[0].PartitionKey, rows[0].RowKey, cancellation, rows[0].ETag);
            return;
        }

        try
        {
            await SubmitAsync(
                [.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, row.ETag))],
                cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            // Concurrent deletion or change: delete one by one.
            foreach (var row in rows)
                await DeleteAsync(row.PartitionKey, row.RowKey, cancellation, row.ETag);
        }
    }

    /// <summary>Deletes up to 100 rows of one partition, whatever they hold. Safe to repeat.</summary>
    public Task DeleteAllAsync(string partition, IEnumerable<string> rows, CancellationToken cancellation) =>
        DeleteAllAsync([.. rows.Select(row => new TableEntity(partition, row) { ETag = ETag.All })], cancellation);

    /// <summary>One entity-group transaction, not retried.</summary>
    /// <returns>The response to each action.</returns>
    public Task<IReadOnlyList<Response>> SubmitAsync(
        IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation) =>
        SubmitAsync(changes, actions, cancellation);

    private Task<IReadOnlyList<Response>> SubmitAsync(
        TableClient client, IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation)
    {
        if (actions.Count is 0 or > MaxTransaction
            || actions.Any(a => a.Entity.PartitionKey != actions[0].Entity.PartitionKey))
            throw new InvalidOperationException("A transaction must have 1 to 100 operations in one partition.");
        return CreatingTableAsync(
            async () =>
            {
                var parts = (await client.SubmitTransactionAsync(actions, cancellation)).Value;
                return parts.Count == actions.Count && parts.All(static part => part.Status is >= 200 and < 300)
                    ? parts
                    : throw new FormatException("The transaction response is incomplete.");
            },
            cancellation);
    }

    private async Task<T> CreatingTableAsync<T>(Func<Task<T>> write, CancellationToken cancellation)
    {
        try
        {
            return await ClientCall.RunAsync(write);
        }
        catch (RequestFailedException e) when (ClientCall.CodeOf(e) == TableErrorCode.TableNotFound)
        {
            await CreateAsync(cancellation);
            return await ClientCall.RunAsync(write);
        }
    }

    private static bool IsTaken(RequestFailedException failure) =>
        ClientCall.CodeOf(failure) == TableErrorCode.EntityAlreadyExists;

    private static bool IsWithoutTable(RequestFailedException failure) =>
        ClientCall.CodeOf(failure) is var code
        && (code == TableErrorCode.TableNotFound || code == TableErrorCode.TableBeingDeleted);
}
