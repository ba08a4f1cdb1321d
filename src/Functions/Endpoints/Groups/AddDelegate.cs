using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.addDelegate</c>: gives an account rights over a group, which replace any earlier ones.</summary>
public sealed class AddDelegate(XrpcPipeline xrpc, GroupDelegates delegates) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "addDelegate";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Procedure, XrpcAccess.Account);

    [Function("GroupAddDelegate")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var input = await call.ReadBodyAsync(GroupJson.Default.DelegateInput);
            var id = call.GroupId(input?.GroupId);
            var account = call.Did("delegate_did", input!.DelegateDid);
            if (!PermissionNames.TryParse(input.Permissions, out var permissions))
                throw XrpcCall.Invalid(
                    "permissions must name at least one of add_member, remove_member, rotate_key, and no other name.");
            var expires = XrpcCall.CheckTime("expires_at", input.ExpiresAt);
            await delegates.AddAsync(call.Caller, id, account, permissions, expires, call.Cancellation);
            await call.WriteAsync(
                new(id.Value, account.Value, "authorized", PermissionNames.Of(permissions)),
                GroupJson.Default.DelegateChanged);
        });
}
