using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.getKey</c>: the key of a group, for its owner and members.</summary>
public sealed class GetKey(XrpcPipeline xrpc, GroupKeys keys)
{
    [Function("GroupGetKey")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Nsid.GroupGetKey)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupKey")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Nsid.GroupKey)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupGetGroupKey")]
    public Task<IResult> LongAlias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Nsid.GroupGetGroupKey)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.AccountAsync(
        request, XrpcMethods.GroupGetKey, async call =>
    {
        var id = call.GroupId(call.Required("group_id"));
        var (key, version) = await keys.GetAsync(
            call.Caller, id, call.OptionalVersion(), call.IsProbe, call.Cancellation);
        using (key)
            await XrpcAnswer.WriteAsync(
                request.HttpContext.Response, new(id.Value, key, version), GroupJson.Default.GroupKeyOutput);
    });
}
