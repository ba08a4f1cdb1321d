using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.removeDelegate</c>: removes a delegate's rights.</summary>
public sealed class RemoveDelegate(XrpcPipeline xrpc, GroupDelegates delegates) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "removeDelegate";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Procedure, XrpcAccess.Account);

    [Function("GroupRemoveDelegate")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var input = await call.ReadBodyAsync(GroupJson.Default.DelegateInput);
            var id = call.GroupId(input?.GroupId);
            var account = call.Did("delegate_did", input!.DelegateDid);
            await delegates.RemoveAsync(call.Caller, id, account, call.Cancellation);
            await call.WriteAsync(new(id.Value, account.Value, "revoked"), GroupJson.Default.DelegateChanged);
        });
}
