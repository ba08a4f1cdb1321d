using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Versions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.rotateKey</c>: creates a new active version of a group's key.</summary>
public sealed class RotateKey(XrpcPipeline xrpc, GroupRotation rotation)
{
    [Function("GroupRotateKey")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Nsid.GroupRotateKey)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupKeyRotate")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Nsid.GroupKeyRotate)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.ProcedureAsync(
        request, XrpcMethods.GroupRotateKey, GroupJson.Default.RotateGroupKeyInput, async (call, input) =>
    {
        var id = call.GroupId(input?.GroupId);
        var reason = XrpcCall.CheckReason(input!.Reason);
        var expected = XrpcCall.CheckVersion("expected_version", input.ExpectedVersion);
        var rotated = await rotation.RotateAsync(call.Caller, id, expected, reason, call.Cancellation);
        await XrpcAnswer.WriteAsync(
            request.HttpContext.Response,
            new(id.Value, rotated.OldVersion, rotated.NewVersion, rotated.RotatedAt),
            GroupJson.Default.GroupKeyRotated);
    });
}
