using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Security.KeyVault.Keys.Wire;

/// <summary>The pipeline to a vault.</summary>
internal sealed class KeyVaultEndpoint(TokenCredential credential, ClientOptions options, string apiVersion, bool verifiesResource)
{
    private readonly HttpPipeline _pipeline = HttpPipelineBuilder.Build(options, new ChallengePolicy(credential, verifiesResource));

    /// <summary>Sends and returns an answer with status 200.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="uri">The whole address, <c>api-version</c> excepted.</param>
    /// <param name="body">JSON, or null.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RequestFailedException">Any other answer, with the code of its JSON; status 0 when there was none.</exception>
    public async Task<Response> SendAsync(RequestMethod method, Uri uri, byte[] body, CancellationToken cancellation)
    {
        using var message = _pipeline.CreateMessage();
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(uri);
        if (!uri.Query.Contains("api-version=", StringComparison.Ordinal))
            request.Uri.AppendQuery("api-version", apiVersion, escapeValue: true);
        request.Headers.Add(HttpHeader.Names.Accept, "application/json");
        if (body is not null)
        {
            request.Headers.Add(HttpHeader.Names.ContentType, "application/json");
            request.Content = RequestContent.Create(body);
        }

        await _pipeline.SendAsync(message, cancellation).ConfigureAwait(false);
        return message.Response.Status == 200 ? message.Response : throw new RequestFailedException(message.Response);
    }
}
