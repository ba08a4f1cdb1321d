using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.getKey</c>: the key of a group, for its owner and members.</summary>
public sealed class GetKey(XrpcPipeline xrpc, GroupKeys keys) : IXrpcEndpoint
{
    private const string Name = Nsid.GroupGetKey;
    private const string AliasName = Nsid.Group + "key";
    private const string LongAliasName = Nsid.Group + "getGroupKey";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account, AliasName, LongAliasName);

    [Function("GroupGetKey")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupKey")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + AliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupGetGroupKey")]
    public Task<IResult> LongAlias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + LongAliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.RunAsync(request, Method, async call =>
    {
        var id = call.GroupId(call.Required("group_id"));
        var (key, version) = await keys.GetAsync(
            call.Caller, id, call.OptionalVersion(), call.IsProbe, call.Cancellation);
        using (key)
            await call.WriteAsync(new(id.Value, key, version), GroupJson.Default.GroupKeyOutput);
    });
}
