using AtpKeyserver.AccessLog;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.getAccessLog</c>: who read and changed a group, for its owner.</summary>
public sealed class GetAccessLog(XrpcPipeline xrpc, GroupLog log)
{
    [Function("GroupGetAccessLog")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Nsid.GroupGetAccessLog)]
        HttpRequest request) =>
        xrpc.AccountAsync(request, XrpcMethods.GroupGetAccessLog, async call =>
        {
            var id = call.GroupId(call.Required("group_id"));
            var page = await log.ReadAsync(call.Caller, id, call.Limit(), call.Optional("cursor"), call.Cancellation);
            await XrpcAnswer.WriteAsync(
                request.HttpContext.Response, AccessLogOutput.From(page), AccessLogJson.Default.AccessLogOutput);
        });
}
