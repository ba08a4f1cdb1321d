using AtpKeyserver.Accounts;
using AtpKeyserver.Xrpc;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Keypairs;

/// <summary><c>keypair.getAccessLog</c>: who read and changed the caller's keypair.</summary>
public sealed class GetAccessLog(XrpcPipeline xrpc, KeypairLog log)
{
    [Function("KeypairGetAccessLog")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Nsid.KeypairGetAccessLog)] HttpRequest request) =>
        xrpc.AccountAsync(request, XrpcMethods.KeypairGetAccessLog, async call =>
        {
            var page = await log.ReadAsync(call.Caller.Did, call.Limit(), call.Optional("cursor"), call.Cancellation);
            await XrpcAnswer.WriteAsync(request.HttpContext.Response, AccessLogAnswer.From(page), AccessLogJson.Default.AccessLogAnswer);
        });
}
