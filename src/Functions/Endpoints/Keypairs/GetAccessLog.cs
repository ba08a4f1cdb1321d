using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Keypairs;

/// <summary><c>keypair.getAccessLog</c>: who read and changed the caller's keypair.</summary>
public sealed class GetAccessLog(XrpcPipeline xrpc, KeypairLog log)
{
    [Function("KeypairGetAccessLog")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Nsid.KeypairGetAccessLog)]
        HttpRequest request) =>
        xrpc.AccountAsync(request, XrpcMethods.KeypairGetAccessLog, async call =>
        {
            var page = await log.ReadAsync(call.Caller.Did, call.Limit(), call.Optional("cursor"), call.Cancellation);
            await XrpcAnswer.WriteAsync(
                request.HttpContext.Response, AccessLogOutput.From(page), AccessLogJson.Default.AccessLogOutput);
        });
}
