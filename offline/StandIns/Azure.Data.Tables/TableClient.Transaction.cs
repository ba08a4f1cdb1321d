using Azure.Core;
using Azure.Data.Tables.Wire;

namespace Azure.Data.Tables;

/// <content>All or nothing, on up to 100 rows of one partition (4 MiB).</content>
public partial class TableClient
{
    /// <returns>What the service answered to each action, in their order. As with the official client, nobody has counted them.</returns>
    /// <exception cref="TableTransactionFailedException">One action failed, with its status and index; nothing was changed.</exception>
    /// <exception cref="RequestFailedException">The transaction as a whole was refused.</exception>
    public virtual async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transactionActions);
        List<TableTransactionAction> actions = [.. transactionActions];
        if (actions.Count == 0)
            throw new InvalidOperationException("A transaction needs at least one action.");
        var batch = BatchWriter.Write(_endpoint.Uri, Name, actions);
        using var message = _endpoint.CreateMessage(RequestMethod.Post, TablePath.Batch);
        message.Request.Headers.SetValue(HttpHeader.Names.ContentType, batch.ContentType);
        message.Request.Content = RequestContent.Create(batch.Body);
        var response = await _endpoint.SendAsync(message, 202, 202, cancellationToken).ConfigureAwait(false);
        var parts = BatchReader.Read(response.Content.ToMemory());
        if (parts.Find(part => part.Status >= 400) is { } failed)
            throw new TableTransactionFailedException(new RequestFailedException(failed, null, TablesErrorParser.Instance));
        return Response.FromValue<IReadOnlyList<Response>>(parts, response);
    }
}
