using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Transparency;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Log;

/// <summary>
/// <c>/tlog/checkpoint</c>: the signed head of the transparency log.
/// <see href="https://c2sp.org/tlog-tiles#checkpoints"/>
/// </summary>
public sealed class GetCheckpoint(XrpcPipeline xrpc, RateLimits limits, Checkpoints checkpoints)
{
    [Function("LogCheckpoint")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "tlog/checkpoint")] HttpRequest request) =>
        xrpc.RunAsync(request, LogResponse.Resource, async call =>
        {
            limits.TakeLogRead(call.From);
            var checkpoint = await checkpoints.GetAsync(call.Cancellation);
            await LogResponse.WriteAsync(
                request, checkpoint.Note, "text/plain; charset=utf-8", "public, max-age=1", call.Cancellation);
        });
}
