using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.listDelegates</c>: who has rights over a group, and which.</summary>
public sealed class ListDelegates(XrpcPipeline xrpc, GroupRoster roster) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "listDelegates";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account);

    [Function("GroupListDelegates")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var id = call.GroupId(call.Required("group_id"));
            var page = await roster.ListDelegatesAsync(
                call.Caller, id, call.Limit(ifAbsent: 100), call.Optional("cursor"), call.Cancellation);
            var delegates = page.Entries.Select(
                found => new DelegateEntry(
                    found.Did, PermissionNames.Of(found.Permissions), found.Expires, found.Created));
            await call.WriteAsync(new(id.Value, delegates, page.Next), GroupJson.Default.DelegateList);
        });
}
