using System.Globalization;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace AtpKeyserver.Functions.Endpoints.Keypairs;

/// <summary>
/// <c>keypair.getPublicKey</c>: the public key of any account, for anyone. Rate-limited, but not in the access log.
/// </summary>
public sealed class GetPublicKey(XrpcPipeline xrpc, PublicKeys keys) : IXrpcEndpoint
{
    private const string Name = Nsid.Keypair + "getPublicKey";
    private const string AliasName = Nsid.Authority + "key.public";
    private const string CacheControl = "public, max-age=10";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Anyone, AliasName);

    [Function("KeypairGetPublicKey")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("KeyPublic")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + AliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.RunAsync(request, Method, async call =>
    {
        var did = call.Did("did", call.Required("did"));
        var (found, age) = await keys.GetAsync(did, call.OptionalVersion(), call.IsProbe, call.From, call.Cancellation);
        var publicKey = Convert.ToHexStringLower(found.PublicKey!);
        var response = request.HttpContext.Response;
        var tag = new EntityTagHeaderValue($"\"{found.Version}-{publicKey[..16]}\"");
        response.Headers.ETag = tag.ToString();
        // Keeps caches from adding their ten seconds to ours.
        response.Headers.Age = ((int)age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            response.Headers.CacheControl = CacheControl;
            return;
        }

        await call.WriteAsync(new(publicKey, found.Version), KeypairJson.Default.PublicKeyOutput, CacheControl);
    });
}
