using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.removeDelegate</c>: removes a delegate's rights.</summary>
public sealed class RemoveDelegate(XrpcPipeline xrpc, GroupDelegates delegates)
{
    [Function("GroupRemoveDelegate")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Nsid.GroupRemoveDelegate)]
        HttpRequest request) =>
        xrpc.ProcedureAsync(
            request, XrpcMethods.GroupRemoveDelegate, GroupJson.Default.DelegateInput, async (call, input) =>
        {
            var id = call.GroupId(input?.GroupId);
            var account = call.Did("delegate_did", input!.DelegateDid);
            await delegates.RemoveAsync(call.Caller, id, account, call.Cancellation);
            await XrpcAnswer.WriteAsync(
                request.HttpContext.Response,
                new(id.Value, account.Value, "revoked"),
                GroupJson.Default.DelegateChanged);
        });
}
