using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Storage;

/// <summary>
/// Tells the storage's answers from those of what stands before it. "Not found", "exists" and "was changed" decide what we do next, and a gateway
/// that is set up wrongly says them, too. The storage gives every answer an id; without one it is a fault like a broken connection, and of a change
/// it is unknown whether it was made. <see href="https://learn.microsoft.com/rest/api/storageservices/insert-entity#response-headers"/>
/// </summary>
internal sealed class OwnAnswersPolicy : HttpPipelineSynchronousPolicy
{
    private const string Id = "x-ms-request-id";

    public override void OnReceivedResponse(HttpMessage message)
    {
        // Of 429 and 5xx it makes no difference who says them.
        if (message.Response.Status is < 500 and not 429 && !message.Response.Headers.Contains(Id))
            throw new IOException($"Status {message.Response.Status} is not the storage's answer.");
    }
}
