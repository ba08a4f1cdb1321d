using AtpKeyserver.Erasure;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.delete</c>: deletes a group for all members, immediately.</summary>
public sealed class DeleteGroup(XrpcPipeline xrpc, GroupDeletion deletion) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "delete";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Procedure, XrpcAccess.Account);

    [Function("GroupDelete")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var input = await call.ReadBodyAsync(GroupJson.Default.GroupInput);
            var id = call.GroupId(input?.GroupId);
            await deletion.DeleteAsync(call.Caller, id, call.Cancellation);
            await call.WriteAsync(new(id.Value, "deleted"), GroupJson.Default.GroupDeleted);
        });
}
