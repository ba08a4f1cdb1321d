using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary><c>group.getKeys</c>: keys of many groups, each for its owner and members.</summary>
public sealed class GetKeys(
    XrpcPipeline xrpc, GroupKeyBatch batch, RateLimits limits, GroupKeyAnswers answers, KeyserverMetrics metrics)
    : IXrpcEndpoint
{
    private const string Name = Nsid.Group + "getKeys";
    private const char VersionMark = '@';

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Account);

    [Function("GroupGetKeys")]
    public Task<IResult> Canonical(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, async call =>
        {
            var keys = Read(call);
            // The pipeline took the first unit.
            limits.TakeFurtherReads(call.Caller.Did, keys.Count - 1);
            metrics.KeysRequested(call.Caller.Did, keys.Count);
            try
            {
                await batch.ReadAsync(call.Caller, keys, call.IsProbe, call.Cancellation);
                await call.WriteAsync(answers.Of(keys, call.IsProbe), GroupJson.Default.GroupKeyList);
            }
            finally
            {
                foreach (var key in keys)
                    key.Dispose();
            }
        });

    private static List<RequestedKey> Read(XrpcCall call)
    {
        var keys = new List<RequestedKey>();
        foreach (var text in call.Repeated("keys", GroupKeyBatch.MaxKeys))
            keys.Add(TryRead(call, text) ?? throw XrpcCall.Invalid(
                $"keys: value {keys.Count + 1} must be {{owner DID}}#{{name}} or {{owner DID}}#{{name}}@{{version}}, "
                + "where '#' is sent as %23 in a URL."));
        return keys;
    }

    /// <summary>Neither a DID nor a name contains the mark of a version.</summary>
    private static RequestedKey? TryRead(XrpcCall call, string text)
    {
        var mark = text.IndexOf(VersionMark, StringComparison.Ordinal);
        if (!call.TryGroupId(mark < 0 ? text : text[..mark], out var group))
            return null;
        if (mark < 0)
            return new(group, null);
        return XrpcCall.TryVersion(text.AsSpan(mark + 1), out var version) ? new(group, version) : null;
    }
}
