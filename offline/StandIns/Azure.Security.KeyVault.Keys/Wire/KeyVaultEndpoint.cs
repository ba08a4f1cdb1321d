using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Security.KeyVault.Keys.Wire;

/// <summary>The pipeline to a vault. It does not work on Azure, where the official package must be used.</summary>
internal sealed class KeyVaultEndpoint
{
    private readonly HttpPipeline _pipeline;
    private readonly string _apiVersion;

    /// <exception cref="NotSupportedException">The process runs on Azure.</exception>
    public KeyVaultEndpoint(TokenCredential credential, ClientOptions options, string apiVersion, bool verifiesResource)
    {
        // Azure sets it on every instance.
        if (Environment.GetEnvironmentVariable("WEBSITE_INSTANCE_ID") is not null)
        {
            throw new NotSupportedException(
                "This build uses the stand-in for Azure.Security.KeyVault.Keys. Build it with OfficialKeys=true.");
        }

        _pipeline = HttpPipelineBuilder.Build(options, new ChallengePolicy(credential, verifiesResource));
        _apiVersion = apiVersion;
    }

    /// <summary>Sends a request and returns a response with status 200.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="uri">The address without <c>api-version</c>.</param>
    /// <param name="body">JSON, or null.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="RequestFailedException">
    /// Any other response, with its JSON error code; status 0 if there was none.
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
