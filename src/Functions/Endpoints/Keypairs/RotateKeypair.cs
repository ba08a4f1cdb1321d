using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Versions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Keypairs;

/// <summary><c>keypair.rotate</c>: creates a new active version of the caller's keypair.</summary>
public sealed class RotateKeypair(XrpcPipeline xrpc, AccountKeypairs keypairs)
{
    [Function("KeypairRotate")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Nsid.KeypairRotate)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("KeyRotate")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Nsid.KeyRotate)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.ProcedureAsync(
        request, XrpcMethods.KeypairRotate, KeypairJson.Default.RotateKeypairInput, async (call, input) =>
    {
        var reason = XrpcCall.CheckReason(input?.Reason);
        var expected = XrpcCall.CheckVersion("expected_version", input?.ExpectedVersion);
        var rotated = await keypairs.RotateAsync(call.Caller, expected, reason, call.Cancellation);
        await XrpcAnswer.WriteAsync(
            request.HttpContext.Response,
            new(rotated.OldVersion, rotated.NewVersion, rotated.RotatedAt),
            KeypairJson.Default.KeypairRotated);
    });
}
