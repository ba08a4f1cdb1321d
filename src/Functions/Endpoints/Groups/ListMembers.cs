using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.listMembers</c>: who has access to a group's keys, besides its owner.</summary>
public sealed class ListMembers(XrpcPipeline xrpc, GroupRoster roster) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "listMembers";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account);

    [Function("GroupListMembers")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var id = call.GroupId(call.Required("group_id"));
            var page = await roster.ListMembersAsync(
                call.Caller, id, call.Limit(), call.Optional("cursor"), call.Cancellation);
            var members = page.Entries.Select(member => new MemberEntry(member.Did, member.Added, member.AddedBy));
            await call.WriteAsync(new(id.Value, members, page.Next), GroupJson.Default.MemberList);
        });
}
