using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Keypairs;

/// <summary><c>keypair.getAccessLog</c>: who read and changed the caller's keypair.</summary>
public sealed class GetAccessLog(XrpcPipeline xrpc, KeypairLog log) : IXrpcEndpoint
{
    private const string Name = Nsid.Keypair + "getAccessLog";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account);

    [Function("KeypairGetAccessLog")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var page = await log.ReadAsync(call.Caller.Did, call.Limit(), call.Optional("cursor"), call.Cancellation);
            await call.WriteAsync(AccessLogOutput.From(page), AccessLogJson.Default.AccessLogOutput);
        });
}
