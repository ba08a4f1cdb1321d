using Azure.Core;
using Azure.Data.Tables.Wire;

namespace Azure.Data.Tables;

/// <content>Changes of one row. The new ETag is in the response's header.</content>
public partial class TableClient
{
    /// <exception cref="RequestFailedException">409 <c>EntityAlreadyExists</c>.</exception>
    public virtual async Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        CheckKeys(entity);
        using var message = _endpoint.CreateMessage(RequestMethod.Post, TablePath.Rows(Name), EntityWriter.ToBytes(entity));
        message.Request.Headers.Add("Prefer", "return-no-content");
        return await _endpoint.SendAsync(message, 204, 201, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="entity">The row.</param>
    /// <param name="ifMatch">The version it must have; <see cref="ETag.All"/> for any.</param>
    /// <param name="mode">What becomes of columns that <paramref name="entity"/> lacks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RequestFailedException">412 <c>UpdateConditionNotSatisfied</c>, 404 <c>ResourceNotFound</c>.</exception>
    public virtual Task<Response> UpdateEntityAsync<T>(
        T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        if (ifMatch == default)
            throw new ArgumentException("An update needs an ETag; ETag.All matches any.", nameof(ifMatch));
        return PutAsync(entity, ifMatch, mode, cancellationToken);
    }

    public virtual Task<Response> UpsertEntityAsync<T>(
        T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity => PutAsync(entity, default, mode, cancellationToken);

    public virtual Task<Response> DeleteEntityAsync(
        ITableEntity entity, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        CheckKeys(entity);
        return DeleteEntityAsync(entity.PartitionKey, entity.RowKey, ifMatch, cancellationToken);
    }

    /// <summary>Deletes a row; one that doesn't exist is not an error (404 in the response).</summary>
    /// <param name="partitionKey">The partition.</param>
    /// <param name="rowKey">The row.</param>
    /// <param name="ifMatch">The version it must have; default for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RequestFailedException">412 <c>UpdateConditionNotSatisfied</c>.</exception>
    public virtual async Task<Response> DeleteEntityAsync(
        string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        using var message = _endpoint.CreateMessage(RequestMethod.Delete, TablePath.Row(Name, partitionKey, rowKey));
        message.Request.Headers.Add(HttpHeader.Names.IfMatch, (ifMatch == default ? ETag.All : ifMatch).ToString());
        return await _endpoint.SendAsync(message, 204, 404, cancellationToken).ConfigureAwait(false);
    }

    private static RequestMethod MethodOf(TableUpdateMode mode) => mode switch
    {
        TableUpdateMode.Merge => RequestMethod.Patch,
        TableUpdateMode.Replace => RequestMethod.Put,
        _ => throw new ArgumentException($"Unexpected value for mode: {mode}", nameof(mode)),
    };

    private static void CheckKeys(ITableEntity entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        ArgumentNullException.ThrowIfNull(entity.PartitionKey);
        ArgumentNullException.ThrowIfNull(entity.RowKey);
    }

    private async Task<Response> PutAsync(ITableEntity entity, ETag ifMatch, TableUpdateMode mode, CancellationToken cancellation)
    {
        CheckKeys(entity);
        var path = TablePath.Row(Name, entity.PartitionKey, entity.RowKey);
        using var message = _endpoint.CreateMessage(MethodOf(mode), path, EntityWriter.ToBytes(entity));
        if (ifMatch != default)
            message.Request.Headers.Add(HttpHeader.Names.IfMatch, ifMatch.ToString());
        return await _endpoint.SendAsync(message, 204, 204, cancellation).ConfigureAwait(false);
    }
}
