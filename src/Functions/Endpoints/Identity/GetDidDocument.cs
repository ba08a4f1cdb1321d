using AtpKeyserver.Configuration;
using AtpKeyserver.Functions.Xrpc;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Functions.Endpoints.Identity;

/// <summary>
/// <c>/.well-known/did.json</c>: tells a PDS the endpoint of this server. Built from settings only, never from the
/// request.
/// </summary>
public sealed class GetDidDocument(XrpcPipeline xrpc, IOptions<KeyserverOptions> options)
{
    private static readonly XrpcMethod Resource = XrpcMethod.Resource("did.json");

    [Function("DidDocument")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = ".well-known/did.json")]
        HttpRequest request) =>
        xrpc.RunAsync(request, Resource, call =>
        {
            // No path, which a PDS rejects, and no trailing slash: several PDSs append "/xrpc/…" to the text, and the
            // Functions host does not route "//xrpc/…" to the worker.
            var endpoint = options.Value.PublicOrigin.TrimEnd('/');
            var document = new DidDocument(
                ["https://www.w3.org/ns/did/v1"],
                options.Value.Did,
                [new DidService("#atp_keyserver", "AtpKeyserver", endpoint)]);
            return call.WriteAsync(document, DidJson.Default.DidDocument, "public, max-age=300");
        });
}
