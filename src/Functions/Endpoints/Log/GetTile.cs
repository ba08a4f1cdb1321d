using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tlog;
using AtpKeyserver.Transparency;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints.Log;

/// <summary>
/// <c>/tlog/tile/…</c>: tiles of hashes and bundles of entries. A tile that the log has never changes.
/// <see href="https://c2sp.org/tlog-tiles"/>
/// </summary>
public sealed class GetTile(XrpcPipeline xrpc, RateLimits limits, Checkpoints checkpoints, TileReader tiles)
{
    [Function("LogTile")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "tlog/tile/{*path}")] HttpRequest request) =>
        xrpc.RunAsync(request, LogResponse.Resource, async call =>
        {
            limits.TakeLogRead(call.From);
            if (!TileAddress.TryParse(PathOf(request), out var address)
                || !address.IsIn((await checkpoints.GetAsync(call.Cancellation)).Size))
                throw new KeyserverException(ErrorName.RouteNotFound, "The log has no such tile.");
            var content = address.IsEntries
                ? await tiles.ReadBundleAsync(address, call.Cancellation)
                : (await tiles.ReadTileAsync(address, call.Cancellation)).Content;
            await LogResponse.WriteAsync(
                request,
                content,
                "application/octet-stream",
                "public, max-age=31536000, immutable",
                call.Cancellation,
                isCompressed: address.IsEntries);
        });

    /// <summary>The path within the log, exactly as sent: a tile has one path.</summary>
    private static string PathOf(HttpRequest request)
    {
        const string prefix = "/tlog/";
        var path = request.Path.Value ?? "";
        return path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : "";
    }
}
