using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Keypairs;

/// <summary><c>keypair.listVersions</c>: the versions of the caller's keypair.</summary>
public sealed class ListVersions(XrpcPipeline xrpc, AccountKeypairs keypairs) : IXrpcEndpoint
{
    private const string Name = Nsid.Keypair + "listVersions";
    private const string AliasName = Nsid.Authority + "key.versions";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account, AliasName);

    [Function("KeypairListVersions")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("KeyVersions")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + AliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.RunAsync(request, Method, async call =>
    {
        var limit = call.Limit(KeyVersionStatus.MaxPageSize, KeyVersionStatus.MaxPageSize);
        var page = await keypairs.ListVersionsAsync(call.Caller.Did, limit, call.Optional("cursor"), call.Cancellation);
        await call.WriteAsync(new(KeyVersionEntry.From(page.Entries), page.Next), KeypairJson.Default.KeypairVersions);
    });
}
