using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.listGroups</c>: the groups in which the caller is owner, member or delegate.</summary>
public sealed class ListGroups(XrpcPipeline xrpc, GroupsOfAccount groups) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "listGroups";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account);

    [Function("GroupListGroups")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var role = call.Optional("role");
            if (role is not (null or Memberships.Owner or Memberships.Member or Memberships.Delegate))
                throw XrpcCall.Invalid("role must be owner, member or delegate.");
            var page = await groups.ListAsync(
                call.Caller.Did, role, call.Limit(), call.Optional("cursor"), call.Cancellation);
            var entries = page.Entries.Select(
                found => new GroupEntry(
                    found.Group.Id.Value, found.Role, found.Group.Head.Active.Version, found.Group.Head.Created));
            await call.WriteAsync(new(entries, page.Next), GroupJson.Default.GroupList);
        });
}
