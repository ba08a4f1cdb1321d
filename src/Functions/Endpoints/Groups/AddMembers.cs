using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary>
/// <c>group.addMembers</c>: gives up to 90 accounts access to a group's keys, in one transaction.
/// </summary>
public sealed class AddMembers(XrpcPipeline xrpc, MemberAdditions additions, RateLimits limits) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "addMembers";

    public static XrpcMethod Method { get; } =
        new(Name, XrpcKind.Procedure, XrpcAccess.Account) { MaxBody = MemberDids.MaxBody };

    [Function("GroupAddMembers")]
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
        var added = await additions.AddAllAsync(call.Caller, id, members, call.Cancellation);
        await call.WriteAsync(
            new(id.Value, MemberDids.Statuses(members, added, "added")), GroupJson.Default.MembersChanged);
    }
}
