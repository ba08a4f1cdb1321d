using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Observability;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Server;

/// <summary><c>/</c>: product name and version.</summary>
public sealed class Root(XrpcPipeline xrpc)
{
    private static readonly XrpcMethod Resource = XrpcMethod.Resource("root");

    /// <summary>
    /// The host replaces an empty route with the function's name; this route matches the empty path only.
    /// </summary>
    [Function("Root")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{ignored:maxlength(0)?}")]
        HttpRequest request) =>
        xrpc.RunAsync(request, Resource, call => call.WriteAsync(
            new(Product.Name, Product.Version), ServerJson.Default.ProductOutput));
}
