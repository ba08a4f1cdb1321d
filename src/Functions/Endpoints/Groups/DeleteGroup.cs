using AtpKeyserver.Erasure;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.delete</c>: deletes a group for all members, immediately.</summary>
public sealed class DeleteGroup(XrpcPipeline xrpc, GroupDeletion deletion)
{
    [Function("GroupDelete")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Nsid.GroupDelete)]
        HttpRequest request) =>
        xrpc.ProcedureAsync(request, XrpcMethods.GroupDelete, GroupJson.Default.GroupInput, async (call, input) =>
        {
            var id = call.GroupId(input?.GroupId);
            await deletion.DeleteAsync(call.Caller, id, call.Cancellation);
            await XrpcAnswer.WriteAsync(
                request.HttpContext.Response, new(id.Value, "deleted"), GroupJson.Default.GroupDeleted);
        });
}
