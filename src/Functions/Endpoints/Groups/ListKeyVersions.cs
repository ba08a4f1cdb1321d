using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.listKeyVersions</c>: the versions of a group's key, without the keys.</summary>
public sealed class ListKeyVersions(XrpcPipeline xrpc, GroupKeys keys) : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "listKeyVersions";
    private const string AliasName = Nsid.Group + "key.versions";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account, AliasName);

    [Function("GroupListKeyVersions")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        HandleAsync(request);

    [Function("GroupKeyVersions")]
    public Task<IResult> Alias(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + AliasName)]
        HttpRequest request) =>
        HandleAsync(request);

    private Task<IResult> HandleAsync(HttpRequest request) => xrpc.RunAsync(request, Method, async call =>
    {
        var id = call.GroupId(call.Required("group_id"));
        var limit = call.Limit(KeyVersionStatus.MaxPageSize, KeyVersionStatus.MaxPageSize);
        var page = await keys.ListVersionsAsync(call.Caller, id, limit, call.Optional("cursor"), call.Cancellation);
        await call.WriteAsync(
            new(id.Value, KeyVersionEntry.From(page.Entries), page.Next), GroupJson.Default.GroupKeyVersions);
    });
}
