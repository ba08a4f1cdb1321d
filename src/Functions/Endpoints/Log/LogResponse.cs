using System.IO.Compression;
using System.Security.Cryptography;
using AtpKeyserver.Functions.Xrpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace AtpKeyserver.Functions.Endpoints.Log;

/// <summary>Writes public, cacheable bytes of the log.</summary>
internal static class LogResponse
{
    /// <summary>The log has a budget of its own, and is not available in offline mode.</summary>
    public static XrpcMethod Resource { get; } =
        XrpcMethod.Resource("tlog", XrpcAccess.Unmetered) with { IsForOffline = false };

    /// <param name="request">GET or HEAD, perhaps with <c>If-None-Match</c>.</param>
    /// <param name="content">The content.</param>
    /// <param name="type">Its media type.</param>
    /// <param name="cacheControl">How long it may be cached.</param>
    /// <param name="cancellation">The deadline.</param>
    /// <param name="isCompressed">Whether to compress it, if the client accepts gzip.</param>
    public static async Task WriteAsync(
        HttpRequest request,
        ReadOnlyMemory<byte> content,
        string type,
        string cacheControl,
        CancellationToken cancellation,
        bool isCompressed = false)
    {
        var response = request.HttpContext.Response;
        var headers = request.GetTypedHeaders();
        var gzip = isCompressed && AcceptsGzip(headers);
        var hash = Convert.ToHexStringLower(SHA256.HashData(content.Span).AsSpan(0, 16));
        var etag = new EntityTagHeaderValue(gzip ? $"\"{hash}.gzip\"" : $"\"{hash}\"");
        response.Headers.ETag = etag.ToString();
        response.Headers.CacheControl = cacheControl;
        if (isCompressed)
            response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (headers.IfNoneMatch.Any(known =>
            known.Equals(EntityTagHeaderValue.Any) || known.Compare(etag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        if (gzip)
        {
            response.Headers.ContentEncoding = "gzip";
            content = await CompressAsync(content, cancellation);
        }

        response.ContentType = type;
        response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(request.Method))
            await response.Body.WriteAsync(content, cancellation);
    }

    private static bool AcceptsGzip(RequestHeaders headers) =>
        headers.AcceptEncoding.Any(coding => coding.Value == "gzip" && coding.Quality is null or > 0);

    private static async Task<ReadOnlyMemory<byte>> CompressAsync(
        ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            await gzip.WriteAsync(content, cancellation);
        return compressed.ToArray();
    }
}
