using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary>
/// <c>group.removeMember</c>: removes a member's access and, if requested, rotates the key in the same transaction.
/// </summary>
public sealed class RemoveMember(XrpcPipeline xrpc, MemberRemovals removals) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "removeMember";
    private const string AliasName = Nsid.Group + "member.remove";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Procedure, XrpcAccess.Account, AliasName);

    [Function("GroupRemoveMember")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupMemberRemove")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + AliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.RunAsync(request, Method, async call =>
    {
        var input = await call.ReadBodyAsync(GroupJson.Default.MemberInput);
        var id = call.GroupId(input?.GroupId);
        var member = call.Did("member_did", input!.MemberDid);
        var newVersion = await removals.RemoveAsync(call.Caller, id, member, input.Rotate ?? false, call.Cancellation);
        await call.WriteAsync(new(id.Value, member.Value, "removed", newVersion), GroupJson.Default.MemberChanged);
    });
}
