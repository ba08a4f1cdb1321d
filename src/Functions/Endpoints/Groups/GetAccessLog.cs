using AtpKeyserver.AccessLog;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.getAccessLog</c>: who read and changed a group, for its owner.</summary>
public sealed class GetAccessLog(XrpcPipeline xrpc, GroupLog log) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "getAccessLog";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account);

    [Function("GroupGetAccessLog")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var id = call.GroupId(call.Required("group_id"));
            var page = await log.ReadAsync(call.Caller, id, call.Limit(), call.Optional("cursor"), call.Cancellation);
            await call.WriteAsync(AccessLogOutput.From(page), AccessLogJson.Default.AccessLogOutput);
        });
}
