using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Keypairs;

/// <summary><c>keypair.getKeypair</c>: the caller's own keypair, created on the first call.</summary>
public sealed class GetKeypair(XrpcPipeline xrpc, AccountKeypairs keypairs) : IXrpcEndpoint
{
    private const string Name = Nsid.KeypairGetKeypair;
    private const string AliasName = Nsid.Authority + "key";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account, AliasName);

    [Function("KeypairGetKeypair")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("Key")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + AliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.RunAsync(request, Method, async call =>
    {
        var (found, seed) = await keypairs.GetAsync(
            call.Caller, call.OptionalVersion(), call.IsProbe, call.Cancellation);
        using (seed)
        {
            var publicKey = Convert.ToHexStringLower(found.PublicKey!);
            await call.WriteAsync(new(publicKey, seed, found.Version), KeypairJson.Default.KeypairOutput);
        }
    });
}
