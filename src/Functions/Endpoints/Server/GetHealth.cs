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
    [Function("Health")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + "_health")]
        HttpRequest request) =>
        xrpc.PlainAsync(request, "_health", async call =>
        {
            if (!await health.IsHealthyAsync(call.Cancellation))
                throw KeyserverException.Upstream("Storage or key vault is unreachable.");
            await XrpcAnswer.WriteAsync(
                request.HttpContext.Response, new(Product.Version), ServerJson.Default.HealthOutput);
        });
}
