using System.Globalization;
using Azure.Core;
using Azure.Data.Tables.Wire;

namespace Azure.Data.Tables;

/// <content>Reads: one row by its keys, or pages of a query.</content>
public partial class TableClient
{
    private const string NextPartitionKey = "x-ms-continuation-NextPartitionKey";
    private const string NextRowKey = "x-ms-continuation-NextRowKey";
    private static readonly ResponseClassifier AbsenceIsNoError = new StatusCodeClassifier([200, 404]);

    /// <param name="partitionKey">The partition.</param>
    /// <param name="rowKey">The row.</param>
    /// <param name="select">The columns wanted; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RequestFailedException">404 <c>ResourceNotFound</c>: no such row; <c>TableNotFound</c>: no such table.</exception>
    public virtual async Task<Response<T>> GetEntityAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        using var message = CreateRead(partitionKey, rowKey, select);
        var response = await _endpoint.SendAsync(message, 200, 200, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(EntityReader.ReadEntity<T>(response.Content), response);
    }

    /// <summary>As <see cref="GetEntityAsync"/>; what isn't there is an answer without a value, not an exception.</summary>
    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        using var message = CreateRead(partitionKey, rowKey, select);
        message.ResponseClassifier = AbsenceIsNoError;
        var response = await _endpoint.SendAsync(message, 200, 404, cancellationToken).ConfigureAwait(false);
        return response.Status == 404
            ? new AbsentRow<T>(response)
            : Response.FromValue(EntityReader.ReadEntity<T>(response.Content), response);
    }

    /// <param name="filter">OData; null for all rows.</param>
    /// <param name="maxPerPage">1 to 1,000 rows.</param>
    /// <param name="select">The columns wanted; null for all.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public virtual AsyncPageable<T> QueryAsync<T>(
        string filter = null, int? maxPerPage = default, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var columns = select is null ? null : string.Join(',', select);
        return new TablePages<T>(
            (continuation, size, cancellation) => PageAsync<T>(filter, columns, continuation, size, cancellation),
            maxPerPage,
            cancellationToken);
    }

    private async Task<Page<T>> PageAsync<T>(
        string filter, string columns, string continuation, int? size, CancellationToken cancellation)
        where T : class, ITableEntity
    {
        using var message = _endpoint.CreateMessage(RequestMethod.Get, TablePath.Query(Name));
        var uri = message.Request.Uri;
        if (size is { } top)
            uri.AppendQuery("$top", top.ToString(CultureInfo.InvariantCulture), escapeValue: false);
        if (columns is not null)
            uri.AppendQuery("$select", columns, escapeValue: true);
        if (!string.IsNullOrEmpty(filter))
            uri.AppendQuery("$filter", filter, escapeValue: true);
        if (continuation is not null)
        {
            var separator = continuation.IndexOf(' ', StringComparison.Ordinal);
            uri.AppendQuery("NextPartitionKey", separator < 0 ? continuation : continuation[..separator], escapeValue: true);
            if (separator >= 0 && separator < continuation.Length - 1)
                uri.AppendQuery("NextRowKey", continuation[(separator + 1)..], escapeValue: true);
        }

        var response = await _endpoint.SendAsync(message, 200, 200, cancellation).ConfigureAwait(false);
        return Page<T>.FromValues(EntityReader.ReadEntities<T>(response.Content), ContinuationOf(response), response);
    }

    /// <summary>Both headers, a space between them, as the official client's tokens.</summary>
    private static string ContinuationOf(Response response)
    {
        var hasPartition = response.Headers.TryGetValue(NextPartitionKey, out var partition);
        var hasRow = response.Headers.TryGetValue(NextRowKey, out var row);
        return hasPartition || hasRow ? $"{partition} {row}" : null;
    }

    private HttpMessage CreateRead(string partitionKey, string rowKey, IEnumerable<string> select)
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        var message = _endpoint.CreateMessage(RequestMethod.Get, TablePath.Row(Name, partitionKey, rowKey));
        if (select is not null)
            message.Request.Uri.AppendQuery("$select", string.Join(',', select), escapeValue: true);
        return message;
    }
}
