using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Security.KeyVault.Keys.Wire;

/// <summary>The pipeline to a vault. It cannot be made on Azure, where only the official package may run.</summary>
internal sealed class KeyVaultEndpoint
{
    private readonly HttpPipeline _pipeline;
    private readonly string _apiVersion;

    /// <exception cref="NotSupportedException">The process runs on Azure.</exception>
    public KeyVaultEndpoint(TokenCredential credential, ClientOptions options, string apiVersion, bool verifiesResource)
    {
        // Azure sets it for every instance of an app; a machine of a developer has none.
        if (Environment.GetEnvironmentVariable("WEBSITE_INSTANCE_ID") is not null)
        {
            throw new NotSupportedException(
                "This build contains the stand-in for Azure.Security.KeyVault.Keys. Build and deploy it with OfficialKeys=true.");
        }

        _pipeline = HttpPipelineBuilder.Build(options, new ChallengePolicy(credential, verifiesResource));
        _apiVersion = apiVersion;
    }

    /// <summary>Sends and returns an answer with status 200.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="uri">The whole address, <c>api-version</c> excepted.</param>
    /// <param name="body">JSON, or null.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RequestFailedException">
    /// Any other answer, with the code of its JSON; status 0 when there was none.
    /// </exception>
    public async Task<Response> SendAsync(RequestMethod method, Uri uri, byte[] body, CancellationToken cancellation)
    {
        using var message = _pipeline.CreateMessage();
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(uri);
        if (!uri.Query.Contains("api-version=", StringComparison.Ordinal))
            request.Uri.AppendQuery("api-version", _apiVersion, escapeValue: true);
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
