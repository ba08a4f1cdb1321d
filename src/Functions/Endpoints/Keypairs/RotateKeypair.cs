using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Versions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Keypairs;

/// <summary><c>keypair.rotate</c>: creates a new active version of the caller's keypair.</summary>
public sealed class RotateKeypair(XrpcPipeline xrpc, AccountKeypairs keypairs) : IXrpcEndpoint
{
    private const string Name = Nsid.Keypair + "rotate";
    private const string AliasName = Nsid.Authority + "key.rotate";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Procedure, XrpcAccess.Account, AliasName);

    [Function("KeypairRotate")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("KeyRotate")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = XrpcMethod.Prefix + AliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.RunAsync(request, Method, async call =>
    {
        var input = await call.ReadBodyAsync(KeypairJson.Default.RotateKeypairInput);
        var reason = XrpcCall.CheckReason(input?.Reason);
        var expected = XrpcCall.CheckVersion("expected_version", input?.ExpectedVersion);
        var rotated = await keypairs.RotateAsync(call.Caller, expected, reason, call.Cancellation);
        await call.WriteAsync(
            new(rotated.OldVersion, rotated.NewVersion, rotated.RotatedAt), KeypairJson.Default.KeypairRotated);
    });
}
