using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Versions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.rotateKey</c>: creates a new active version of a group's key.</summary>
public sealed class RotateKey(XrpcPipeline xrpc, GroupRotation rotation) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "rotateKey";
    private const string AliasName = Nsid.Group + "key.rotate";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Procedure, XrpcAccess.Account, AliasName);

    [Function("GroupRotateKey")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupKeyRotate")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + AliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.RunAsync(request, Method, async call =>
    {
        var input = await call.ReadBodyAsync(GroupJson.Default.RotateGroupKeyInput);
        var id = call.GroupId(input?.GroupId);
        var reason = XrpcCall.CheckReason(input!.Reason);
        var expected = XrpcCall.CheckVersion("expected_version", input.ExpectedVersion);
        var rotated = await rotation.RotateAsync(call.Caller, id, expected, reason, call.Cancellation);
        await call.WriteAsync(
            new(id.Value, rotated.OldVersion, rotated.NewVersion, rotated.RotatedAt),
            GroupJson.Default.GroupKeyRotated);
    });
}
