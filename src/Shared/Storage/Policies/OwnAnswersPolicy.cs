using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Storage.Policies;

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
        if (message.Response is not { Status: < 500 and not 429 } answer || answer.Headers.Contains(Id))
            return;
        // As where the connection broke: nobody has an answer to look at, or to count as a success.
        message.Response = null!;
        using (answer)
            throw new IOException($"Status {answer.Status} is not the storage's answer.");
    }
}
