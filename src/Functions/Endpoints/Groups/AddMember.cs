using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.addMember</c>: gives an account access to a group's keys.</summary>
public sealed class AddMember(XrpcPipeline xrpc, GroupMembers members)
{
    [Function("GroupAddMember")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Nsid.GroupAddMember)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupMemberAdd")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Nsid.GroupMemberAdd)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.ProcedureAsync(
        request, XrpcMethods.GroupAddMember, GroupJson.Default.MemberInput, async (call, input) =>
    {
        var id = call.GroupId(input?.GroupId);
        var member = call.Did("member_did", input!.MemberDid);
        await members.AddAsync(call.Caller, id, member, call.Cancellation);
        await XrpcAnswer.WriteAsync(
            request.HttpContext.Response, new(id.Value, member.Value, "added"), GroupJson.Default.MemberChanged);
    });
}
