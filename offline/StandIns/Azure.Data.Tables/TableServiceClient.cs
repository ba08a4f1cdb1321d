using Azure.Core;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Wire;

namespace Azure.Data.Tables;

/// <summary>The tables of a storage account. Thread-safe; one per account is enough.</summary>
public class TableServiceClient
{
    private readonly TablesEndpoint _endpoint;

    public TableServiceClient(string connectionString)
        : this(connectionString, null)
    {
    }

    public TableServiceClient(string connectionString, TableClientOptions options = null) =>
        _endpoint = TablesEndpoint.From(connectionString, options);

    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential)
        : this(endpoint, credential, null)
    {
    }

    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions options) =>
        _endpoint = TablesEndpoint.From(endpoint, credential, options);

    public TableServiceClient(Uri endpoint, TokenCredential tokenCredential, TableClientOptions options = null) =>
        _endpoint = TablesEndpoint.From(endpoint, tokenCredential, options);

    /// <summary>For mocks.</summary>
    protected TableServiceClient()
    {
    }

    public virtual string AccountName => _endpoint.Account;

    public virtual Uri Uri => _endpoint.Uri;

    /// <summary>An OData filter of an interpolated string, its values quoted and escaped.</summary>
    public static string CreateQueryFilter(FormattableString filter) => ODataFilter.Create(filter);

    /// <summary>A client of one table, on the same pipeline.</summary>
    public virtual TableClient GetTableClient(string tableName)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        return new TableClient(_endpoint, tableName);
    }

    /// <exception cref="RequestFailedException">409 <c>TableAlreadyExists</c>, <c>TableBeingDeleted</c>.</exception>
    public virtual Task<Response<TableItem>> CreateTableAsync(string tableName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        return TableOperations.CreateAsync(_endpoint, tableName, mayExist: false, cancellationToken);
    }

    /// <exception cref="RequestFailedException">409 <c>TableBeingDeleted</c>, among others.</exception>
    public virtual Task<Response<TableItem>> CreateTableIfNotExistsAsync(string tableName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        return TableOperations.CreateAsync(_endpoint, tableName, mayExist: true, cancellationToken);
    }

    /// <summary>Deletes a table; one that doesn't exist is not an error (404 in the response).</summary>
    public virtual Task<Response> DeleteTableAsync(string tableName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tableName);
        return TableOperations.DeleteAsync(_endpoint, tableName, cancellationToken);
    }

    public virtual AsyncPageable<TableItem> QueryAsync(
        FormattableString filter, int? maxPerPage = default, CancellationToken cancellationToken = default) =>
        QueryAsync(CreateQueryFilter(filter), maxPerPage, cancellationToken);

    /// <param name="filter">OData on <c>TableName</c>; null for all.</param>
    /// <param name="maxPerPage">1 to 1,000 tables.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public virtual AsyncPageable<TableItem> QueryAsync(
        string filter = null, int? maxPerPage = default, CancellationToken cancellationToken = default) =>
        new TablePages<TableItem>(
            (continuation, size, cancellation) => TableOperations.PageAsync(_endpoint, filter, continuation, size, cancellation),
            maxPerPage,
            cancellationToken);
}
