using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AtpKeyserver.Crypto;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>Writes responses: JSON with a content length, from buffers that are cleared afterwards.</summary>
public static class XrpcResponse
{
    public const string NoStore = "no-store";

    private const string Json = "application/json; charset=utf-8";

    private static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true };

    public static async Task WriteAsync<T>(
        HttpResponse response, T value, JsonTypeInfo<T> type, string cacheControl = NoStore)
    {
        using var buffer = new ClearedBuffer();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            JsonSerializer.Serialize(writer, value, type);
        response.ContentType = Json;
        response.ContentLength = buffer.Written.Length;
        response.Headers.CacheControl = cacheControl;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
            await response.Body.WriteAsync(buffer.Written);
    }

    /// <summary>Writes plain text without secrets; its buffers are not cleared.</summary>
    public static Task WriteTextAsync(HttpResponse response, string text, string cacheControl)
    {
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = Encoding.UTF8.GetByteCount(text);
        response.Headers.CacheControl = cacheControl;
        return HttpMethods.IsHead(response.HttpContext.Request.Method) ? Task.CompletedTask : response.WriteAsync(text);
    }

    /// <summary>Sets the headers of a JSON document that is streamed and saved as a file.</summary>
    public static void Begin(HttpResponse response, string fileName)
    {
        response.ContentType = Json;
        response.Headers.CacheControl = NoStore;
        response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
    }

    /// <summary>Sets the headers of every response, including errors and preflights.</summary>
    public static void AddCommonHeaders(HttpResponse response, bool isDevelopment)
    {
        var headers = response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders =
            "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy, Retry-After, WWW-Authenticate";
        headers.XContentTypeOptions = "nosniff";
        if (!isDevelopment)
            headers[HeaderNames.StrictTransportSecurity] = "max-age=31536000; includeSubDomains";
    }
}
