using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.addMember</c>: gives an account access to a group's keys.</summary>
public sealed class AddMember(XrpcPipeline xrpc, MemberAdditions additions) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "addMember";
    private const string AliasName = Nsid.Group + "member.add";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Procedure, XrpcAccess.Account, AliasName);

    [Function("GroupAddMember")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupMemberAdd")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + AliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.RunAsync(request, Method, async call =>
    {
        var input = await call.ReadBodyAsync(GroupJson.Default.MemberInput);
        var id = call.GroupId(input?.GroupId);
        var member = call.Did("member_did", input!.MemberDid);
        await additions.AddAsync(call.Caller, id, member, call.Cancellation);
        await call.WriteAsync(new(id.Value, member.Value, "added"), GroupJson.Default.MemberChanged);
    });
}
