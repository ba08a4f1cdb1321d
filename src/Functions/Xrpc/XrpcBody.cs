using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using AtpKeyserver.Errors;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>Reads the body of a procedure: one JSON object.</summary>
public static class XrpcBody
{
    /// <summary>Bytes, unless the method allows more.</summary>
    public const int MaxLength = 16 * 1024;

    /// <param name="request">The request.</param>
    /// <param name="type">The input.</param>
    /// <param name="maxLength">Bytes.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The input; null if the body is empty.</returns>
    /// <exception cref="KeyserverException">PayloadTooLarge, UnsupportedMediaType or InvalidRequest.</exception>
    public static async Task<T?> ReadAsync<T>(
        HttpRequest request, JsonTypeInfo<T> type, int maxLength, CancellationToken cancellation)
        where T : class
    {
        if (request.ContentLength > maxLength)
            throw TooLarge(maxLength);
        // If the deadline is over already, the body did not cause it.
        cancellation.ThrowIfCancellationRequested();
        var buffer = ArrayPool<byte>.Shared.Rent(maxLength + 1);
        try
        {
            var length = await FillAsync(request, buffer.AsMemory(0, maxLength + 1), cancellation);
            if (length == 0)
                return null;
            if (!request.HasJsonContentType() || IsEncoded(request))
                throw new KeyserverException(
                    ErrorName.UnsupportedMediaType, "Send the body as application/json, without a content encoding.");
            return Parse(buffer.AsSpan(0, length), type);
        }
        catch (OperationCanceledException) when (!request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            throw XrpcCall.Invalid("The body arrived too slowly.");
        }
        catch (BadHttpRequestException)
        {
            throw XrpcCall.Invalid("The body could not be read.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static async Task<int> FillAsync(HttpRequest request, Memory<byte> buffer, CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer[length..], cancellation);
            length += read;
            if (buffer.Length == length)
                throw TooLarge(length - 1);
            if (read == 0)
                return length;
        }
    }

    /// <summary>
    /// Whether the body has a content coding other than <c>identity</c>.
    /// <see href="https://www.rfc-editor.org/rfc/rfc9110#section-8.4"/>
    /// </summary>
    private static bool IsEncoded(HttpRequest request) => request.Headers.ContentEncoding
        .SelectMany(value => (value ?? "").Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .Any(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase));

    private static T Parse<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        // RFC 8259 section 8.1: a byte order mark may be ignored.
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        // The JSON reader does not check the encoding of ignored members.
        if (!Utf8.IsValid(utf8))
            throw XrpcCall.Invalid("The body must be UTF-8.");
        try
        {
            return JsonSerializer.Deserialize(utf8, type) ?? throw XrpcCall.Invalid("The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            // The path only names a member; the exception's message may quote the value.
            var path = string.IsNullOrEmpty(e.Path) || e.Path.Length > 64 ? "$" : e.Path;
            throw XrpcCall.Invalid($"The body does not match the input of this method (at {path}).");
        }
    }

    private static KeyserverException TooLarge(int maxLength) =>
        new(ErrorName.PayloadTooLarge, $"The body exceeds {maxLength / 1024} KiB.");
}
