using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Storage.Policies;

/// <summary>
/// Rejects responses that are not from the storage. A misconfigured gateway may send 404, 409 or 412 too, and these
/// decide what happens next. The storage adds a request id to every response. A response without one counts as a
/// connection failure: the outcome of a change is unknown.
/// <see href="https://learn.microsoft.com/rest/api/storageservices/insert-entity#response-headers"/>
/// </summary>
internal sealed class StorageResponsePolicy : HttpPipelineSynchronousPolicy
{
    private const string Id = "x-ms-request-id";

    public override void OnReceivedResponse(HttpMessage message)
    {
        // 429 and 5xx are failures from any sender.
        if (message.Response is not { Status: < 500 and not 429 } answer || answer.Headers.Contains(Id))
            return;
        // As for a broken connection, so that no other policy sees a response or counts a success.
        message.Response = null!;
        using (answer)
            throw new IOException($"The response with status {answer.Status} is not from the storage: it has no {Id}.");
    }
}
