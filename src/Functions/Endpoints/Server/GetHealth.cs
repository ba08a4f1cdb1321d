using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Observability;
using AtpKeyserver.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Server;

/// <summary><c>/xrpc/_health</c>: whether this instance is healthy.</summary>
public sealed class GetHealth(XrpcPipeline xrpc, Health health)
{
    private static readonly XrpcMethod Resource = XrpcMethod.Resource("_health");

    [Function("Health")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + "_health")]
        HttpRequest request) =>
        xrpc.RunAsync(request, Resource, async call =>
        {
            if (!await health.IsHealthyAsync(call.Cancellation))
                throw KeyserverException.Upstream("Storage or key vault is unreachable.");
            await call.WriteAsync(new(Product.Version), ServerJson.Default.HealthOutput);
        });
}
