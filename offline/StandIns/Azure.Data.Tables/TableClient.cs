using Azure.Core;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Wire;

namespace Azure.Data.Tables;

/// <summary>One table. Thread-safe.</summary>
public partial class TableClient
{
    private readonly TablesEndpoint _endpoint;

    public TableClient(string connectionString, string tableName)
        : this(connectionString, tableName, null)
    {
    }

    public TableClient(string connectionString, string tableName, TableClientOptions options = null)
        : this(TablesEndpoint.From(connectionString, options), tableName)
    {
    }

    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential)
        : this(endpoint, tableName, credential, null)
    {
    }

    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential, TableClientOptions options = null)
        : this(TablesEndpoint.From(endpoint, credential, options), tableName)
    {
    }

    public TableClient(Uri endpoint, string tableName, TokenCredential tokenCredential, TableClientOptions options = null)
        : this(TablesEndpoint.From(endpoint, tokenCredential, options), tableName)
    {
    }

    /// <summary>For mocks.</summary>
    protected TableClient()
    {
    }

    internal TableClient(TablesEndpoint endpoint, string tableName)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        _endpoint = endpoint;
        Name = tableName;
    }

    public virtual string Name { get; }

    public virtual string AccountName => _endpoint.Account;

    public virtual Uri Uri => new($"{_endpoint.Uri.AbsoluteUri.TrimEnd('/')}/{Name}");

    /// <summary>An OData filter of an interpolated string, its values quoted and escaped.</summary>
    public static string CreateQueryFilter(FormattableString filter) => ODataFilter.Create(filter);

    /// <exception cref="RequestFailedException">409 <c>TableAlreadyExists</c>, <c>TableBeingDeleted</c>.</exception>
    public virtual Task<Response<TableItem>> CreateAsync(CancellationToken cancellationToken = default) =>
        TableOperations.CreateAsync(_endpoint, Name, mayExist: false, cancellationToken);

    /// <exception cref="RequestFailedException">409 <c>TableBeingDeleted</c>, among others.</exception>
    public virtual Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default) =>
        TableOperations.CreateAsync(_endpoint, Name, mayExist: true, cancellationToken);

    /// <summary>Deletes the table; one that doesn't exist is not an error (404 in the response).</summary>
    public virtual Task<Response> DeleteAsync(CancellationToken cancellationToken = default) =>
        TableOperations.DeleteAsync(_endpoint, Name, cancellationToken);
}
