using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Keypairs;

/// <summary><c>keypair.getKeypair</c>: the caller's own keypair, created on the first call.</summary>
public sealed class GetKeypair(XrpcPipeline xrpc, AccountKeypairs keypairs)
{
    [Function("KeypairGetKeypair")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Nsid.KeypairGetKeypair)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("Key")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Nsid.Key)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.AccountAsync(
        request, XrpcMethods.KeypairGetKeypair, async call =>
    {
        var (found, seed) = await keypairs.GetAsync(
            call.Caller, call.OptionalVersion(), call.IsProbe, call.Cancellation);
        using (seed)
        {
            var publicKey = Convert.ToHexStringLower(found.PublicKey!);
            await XrpcAnswer.WriteAsync(
                request.HttpContext.Response, new(publicKey, seed, found.Version), KeypairJson.Default.KeypairOutput);
        }
    });
}
