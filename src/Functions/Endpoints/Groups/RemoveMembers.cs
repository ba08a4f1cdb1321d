using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary>
/// <c>group.removeMembers</c>: removes the access of up to 90 members and, if requested, rotates the key, in one
/// transaction.
/// </summary>
public sealed class RemoveMembers(XrpcPipeline xrpc, MemberRemovals removals, RateLimits limits) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "removeMembers";

    public static XrpcMethod Method { get; } =
        new(Name, XrpcKind.Procedure, XrpcAccess.Account) { MaxBody = MemberDids.MaxBody };

    [Function("GroupRemoveMembers")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, HandleAsync);

    private async Task HandleAsync(XrpcCall call)
    {
        var input = await call.ReadBodyAsync(GroupJson.Default.MembersInput);
        var id = call.GroupId(input?.GroupId);
        var members = MemberDids.Read(call, id, input!.MemberDids);
        limits.TakeFurtherChanges(call.Caller.Did, members.Count - 1);
        var (removed, newVersion) = await removals.RemoveAllAsync(
            call.Caller, id, members, input.Rotate ?? false, call.Cancellation);
        await call.WriteAsync(
            new(id.Value, MemberDids.Statuses(members, removed, "removed"), newVersion),
            GroupJson.Default.MembersChanged);
    }
}
